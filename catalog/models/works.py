"""What readers mean by a book: all its editions, in all formats."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Work(models.Model):
    """Groups the editions of one work. Feeds group by title and first author; staff may regroup."""

    title = models.CharField(_("title"), max_length=500)
    # Folded title and first author (see catalog/works.py). Empty for a work that staff made: no feed joins it.
    key = models.CharField(max_length=900, null=True, editable=False)  # noqa: DJ001

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="catalog_work_key_once"),
            models.CheckConstraint(condition=~models.Q(key=""), name="catalog_work_key_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title
