"""How things of the catalogue were, each time somebody of the staff had changed them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class HandRecords(HistoricalRecords):  # type: ignore[misc]
    """Rows that catalog/history.py writes where staff act: saving a row writes none.

    So a feed of a million books leaves none, and each row says truly who did it. They name staff in
    plain text, as the ledger of stock does, since they outlive accounts.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            history_id_field=models.BigAutoField(),
            history_user_id_field=models.CharField(_("who"), max_length=254, blank=True),
            history_user_getter=lambda row: row.history_user_id,
            history_change_reason_field=models.CharField(
                _("reason"), max_length=300, blank=True, default=""
            ),
            **options,
        )

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        """Without the signals by which the library would write a row at each save."""
        super().finalize(sender, **kwargs)
        if self.cls is sender:
            signals = models.signals
            signals.post_save.disconnect(self.post_save, sender=sender)
            signals.post_delete.disconnect(self.post_delete, sender=sender)
            signals.pre_delete.disconnect(self.pre_delete, sender=sender)


class BookPast(models.Model):
    """What belongs to a book and stands in tables of its own, as staff read it."""

    genre_names = models.TextField(_("genres"), blank=True)
    people = models.TextField(_("contributors"), blank=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        abstract = True


def history_of_books() -> HandRecords:
    """All but what is copied from other columns, and what the shop itself writes all day."""
    return HandRecords(
        bases=[BookPast],
        excluded_fields=[
            *("slug", "sort_title", "publisher_name", "series_title", "series_position"),
            *("search_text", "search", "tags", "added_at", "stock", "queue_length"),
            *("cover_width", "cover_height", "rating_sum", "rating_count", "rating_counts"),
            *("bestseller_rank", "rating_rank", "tier", "outside_rating", "outside_ratings"),
        ],
    )
