"""When somebody's turn may come: a range of days, or that we do not know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from catalog.models import Book

from .expected import expected_of
from .models import ExpectedDelivery, PreBookingEvent

# With fewer offers than these behind us, we assume that everybody takes their copy.
ENOUGH_OFFERS = 10


class Days(NamedTuple):
    """From `first`, if as many let their copy go as before, to `last`, if nobody does.

    `last` is None when the copies expected so far are not enough for that.
    """

    first: date
    last: date | None


def estimate(book: Book, number: int, now: datetime) -> Days | None:
    """When number `number` on the list of a book may have its turn; None if nobody can say."""
    deliveries = expected_of(book, timezone.localdate(now))
    if not deliveries:
        return None
    first = _day_of(deliveries, ceil(number * share_taken(book)))
    return Days(first, _day_of(deliveries, number)) if first else None


def share_taken(book: Book) -> Fraction:
    """Which share of the offers of a book that have ended were taken; 1 if there are too few."""
    kinds = PreBookingEvent.Kind
    let_go = [kinds.SKIPPED, kinds.LAPSED, kinds.DECLINED]
    counts = PreBookingEvent.objects.filter(book=book).aggregate(
        taken=Count("pk", filter=Q(kind=kinds.FULFILLED)),
        let_go=Count("pk", filter=Q(kind__in=let_go)),
    )
    ended = counts["taken"] + counts["let_go"]
    return Fraction(counts["taken"], ended) if ended >= ENOUGH_OFFERS else Fraction(1)


def _day_of(deliveries: Sequence[ExpectedDelivery], copies: int) -> date | None:
    """The day on which so many copies are here, or None."""
    here = 0
    for delivery in deliveries:
        here += delivery.copies
        if here >= copies:
            return delivery.due_on
    return None
