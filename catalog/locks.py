"""What of a book staff may lock against feeds, so that what they put right stays right."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Lock(models.TextChoices):
    """What `Book.locked_fields` names. What is worked out from it is locked with it."""

    TITLE = "title", _("title")
    SUBTITLE = "subtitle", _("subtitle")
    CONTRIBUTORS = "contributors", _("contributors and byline")
    SERIES = "series", _("series and number in it")
    PUBLISHER = "publisher", _("publisher")
    LANGUAGE = "language", _("language")
    GENRES = "genres", _("genres")
    DESCRIPTION = "description", _("description")
    PRICE = "price", _("price")
    TAX = "tax_class", _("tax")
    DATES = "dates", _("dates of publication and sale")
    STATUS = "status", _("publisher’s status")
    FORMAT = "format", _("format")
    MEASURES = "measures", _("pages, measures and weight")


def locked_fields() -> ArrayField[Any, Any]:
    return ArrayField(
        models.CharField(max_length=20, choices=Lock.choices),
        verbose_name=_("feeds leave alone"),
        default=list,
        db_default=[],
        blank=True,
    )


def only_known_locks() -> models.Q:
    return models.Q(locked_fields__contained_by=Lock.values)
