from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Min

from .models import OutboxMessage


class MailFigures(NamedTuple):
    """How many mails wait and since when the oldest was written, and how many were given up."""

    waiting: int
    oldest: datetime | None
    failed: int

    @classmethod
    def read(cls, *, failed_since: datetime | None = None) -> "MailFigures":
        """Two queries, each of an index that holds these mails alone."""
        waiting = OutboxMessage.objects.waiting().aggregate(n=Count("pk"), oldest=Min("created_at"))
        failed = OutboxMessage.objects.failed()
        if failed_since:
            failed = failed.filter(created_at__gte=failed_since)
        return cls(waiting["n"], waiting["oldest"], failed.count())
