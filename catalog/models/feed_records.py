"""What senders of feeds call their records."""

from __future__ import annotations

from django.db import models

from .books import Book


class FeedRecord(models.Model):
    """A record by its sender's name for it, the RecordReference of ONIX, and the book that it is of."""

    LONGEST = 255

    reference = models.CharField(max_length=LONGEST, unique=True)
    book = models.ForeignKey(Book, models.CASCADE, related_name="feed_records")
    # When the message was sent that the shop follows; an older one changes nothing any more.
    sent_at = models.DateTimeField(null=True)
    # Since when its sender has taken the record back.
    deleted_at = models.DateTimeField(null=True)
    # Whether the shop withdrew the book for that, and puts it back when the record comes again.
    withdrew = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrew=False) | models.Q(deleted_at__isnull=False),
                name="catalog_feedrecord_withdrew_if_deleted",
            )
        ]

    def __str__(self) -> str:
        return self.reference
