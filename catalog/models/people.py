"""Who made a book, and who published it."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .past import HandRecords


class Publisher(models.Model):
    name = models.CharField(_("name"), max_length=300, unique=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)

    history = HandRecords()

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:publisher_detail", args=[self.slug])


class Series(models.Model):
    title = models.CharField(_("title"), max_length=300, unique=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)

    history = HandRecords()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalog:series_detail", args=[self.slug])


class Contributor(models.Model):
    name = models.CharField(_("name"), max_length=300)
    sort_name = models.CharField(_("sort name"), max_length=300)
    slug = models.SlugField(_("slug"), max_length=100, db_index=False)

    history = HandRecords()

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="catalog_contributor_name_once"),
            models.UniqueConstraint(fields=["slug"], name="catalog_contributor_slug_once"),
        ]
        indexes = [models.Index(fields=["sort_name", "id"], name="catalog_contributor_sorted")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:author_detail", args=[self.slug])
