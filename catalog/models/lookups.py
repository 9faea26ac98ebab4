"""What pages look up instead of reading the whole catalogue. The worker makes these tables anew."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .books import Book


class FacetCount(models.Model):
    """How many books on sale carry a tag, in a genre or in the whole shop."""

    # A genre's id, or 0 for the whole shop.
    scope = models.BigIntegerField()
    # A tag as in Book.tags, or 0 for all books of the scope.
    tag = models.IntegerField()
    books = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "tag"], name="catalog_facetcount_once")
        ]

    def __str__(self) -> str:
        return f"{self.scope}/{self.tag}: {self.books}"


class Lexeme(models.Model):
    """How many books hold a lexeme of `Book.search`."""

    lexeme = models.TextField(primary_key=True)
    books = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.lexeme


class Word(models.Model):
    """A word of titles, names and series as they are spelt (folded), to correct typing by."""

    word = models.TextField(primary_key=True)
    books = models.PositiveIntegerField()
    # The word with each one of its letters left out, and as it is: two spellings that differ by
    # one or two slips have one of these in common (after Garbe's SymSpell).
    deletions = ArrayField(models.TextField())

    class Meta:
        # The beginnings of words have an index too: Django makes it for a text that is a key.
        indexes = [GinIndex(fields=["deletions"], name="catalog_word_deletions")]

    def __str__(self) -> str:
        return self.word


class Suggestion(models.Model):
    """What the search box may suggest, under one spelling by which it is found."""

    class Kind(models.TextChoices):
        BOOK = "book", _("Books")
        AUTHOR = "author", _("Authors")
        SERIES = "series", pgettext_lazy("several", "Series")
        GENRE = "genre", _("Subjects")

    kind = models.CharField(max_length=6, choices=Kind)
    spelling = models.TextField()
    label = models.TextField()
    detail = models.TextField(blank=True)
    address = models.TextField()
    weight = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                OpClass("spelling", name="text_pattern_ops"),
                models.F("weight").desc(),
                name="catalog_suggestion_spelling",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address", "spelling"], name="catalog_suggestion_once"
            )
        ]

    def __str__(self) -> str:
        return self.label


class SuggestionPrefix(models.Model):
    """The best suggestions for a beginning that very many spellings share."""

    prefix = models.TextField(primary_key=True)
    # Rows of [kind, label, detail, address, spelling], best first.
    suggestions = models.JSONField()

    def __str__(self) -> str:
        return self.prefix


class AlsoLiked(models.Model):
    """Another book that readers of a book bought or rated well."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="also_liked", db_index=False)
    other = models.ForeignKey(Book, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "other"], name="catalog_alsoliked_once"),
            models.CheckConstraint(
                condition=~models.Q(book=models.F("other")), name="catalog_alsoliked_another_book"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} → {self.other_id}"


class MissedSearchQuerySet(models.QuerySet[Any]):
    def since(self, day: date) -> models.QuerySet[Any, dict[str, Any]]:
        """`words` of that day and later, with `all_times` and the `last_day`, most often first."""
        counted = self.filter(day__gte=day).order_by().values("words")
        sums = {"all_times": models.Sum("times"), "last_day": models.Max("day")}
        return counted.annotate(**sums).order_by("-all_times", "words")


class MissedSearch(models.Model):
    """Words that found nothing, counted by the day. Nobody's name, address or visit is kept."""

    words = models.CharField(_("words"), max_length=100)
    day = models.DateField(_("day"))
    times = models.PositiveIntegerField(_("times"), default=1)

    objects = MissedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search that found nothing")
        verbose_name_plural = _("searches that found nothing")
        constraints = [
            models.UniqueConstraint(fields=["day", "words"], name="catalog_missedsearch_by_day")
        ]

    def __str__(self) -> str:
        return self.words
