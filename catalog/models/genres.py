"""The rooms of the shop."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog import covers
from catalog.money import format_count
from catalog.querysets import GenreQuerySet

from .past import HandRecords


class Genre(models.Model):
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    mood = models.CharField(
        _("mood of drawn covers"),
        max_length=10,
        default="novel",
        choices=[(mood, mood) for mood in covers.MOODS],
    )
    # Books on sale in it and below it; the worker counts them anew, no page does.
    book_count = models.PositiveIntegerField(_("books"), default=0, editable=False)

    objects = GenreQuerySet.as_manager()
    history = HandRecords(excluded_fields=["book_count"])

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        constraints = [
            models.UniqueConstraint(
                Lower("name"), "parent", name="catalog_genre_name", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("pk")), name="catalog_genre_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:genre_detail", args=[self.slug])

    def clean(self) -> None:
        """A genre is never part of itself, however many steps up."""
        # As it stands now, and not when the form read the genre above.
        above_of = dict(Genre.objects.values_list("pk", "parent"))
        above, seen = self.parent_id, {self.pk}
        while above is not None:
            if above in seen:
                raise ValidationError({"parent": _("This would make a genre part of itself.")})
            seen.add(above)
            above = above_of.get(above)

    @property
    def count_text(self) -> str:
        return format_count(self.book_count)
