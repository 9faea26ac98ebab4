"""What belongs to a book and has a table of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .books import Book
from .people import Contributor


class BookText(models.Model):
    """The long text of a book, kept apart so that lists and searches never read it."""

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="text")
    description = models.TextField(_("description"), max_length=10_000)

    class Meta:
        verbose_name = _("description")
        verbose_name_plural = _("descriptions")

    def __str__(self) -> str:
        return self.description[:60]


class Contribution(models.Model):
    """Who did what for a book, in the order in which it is printed."""

    class Role(models.TextChoices):
        # The codes of ONIX list 17.
        AUTHOR = "A01", _("by")
        EDITOR = "B01", _("edited by")
        TRANSLATOR = "B06", _("translated by")
        ILLUSTRATOR = "A12", _("illustrated by")
        INTRODUCTION = "A24", _("introduced by")
        READER = "E07", _("read by")

    book = models.ForeignKey(Book, models.CASCADE, related_name="contributions", db_index=False)
    contributor = models.ForeignKey(Contributor, models.PROTECT, related_name="contributions")
    role = models.CharField(_("role"), max_length=3, choices=Role, default=Role.AUTHOR)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "contributor", "role"], name="catalog_contribution_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.contributor}"


class FrontTableEntry(models.Model):
    """One book on the front table, where staff put it."""

    book = models.OneToOneField(Book, models.CASCADE, related_name="front_table_entry")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("front table entry")
        verbose_name_plural = _("front table")

    def __str__(self) -> str:
        return str(self.book)
