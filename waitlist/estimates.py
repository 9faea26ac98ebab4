"""When somebody's turn may come: a range of days, or that we do not know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

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

    def __str__(self) -> str:
        first = date_format(self.first, "j F Y")
        if self.last is None:
            return _("%(day)s at the earliest") % {"day": first}
        if self.last == self.first:
            return first
        last = date_format(self.last, "j F Y")
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            first = date_format(self.first, "j")
        elif self.first.year == self.last.year:
            first = date_format(self.first, "j F")
        return _("%(first)s to %(last)s") % {"first": first, "last": last}


def estimate(book: Book, number: int, now: datetime) -> Days | None:
    """When number `number` on the list of a book may have its turn; None if nobody can say."""
    deliveries = expected_of(book, timezone.localdate(now))
    return days_for(number, deliveries, share_taken(book)) if deliveries else None


def days_for(number: int, deliveries: Sequence[ExpectedDelivery], share: Fraction) -> Days | None:
    """The same where the deliveries to come and the share of offers that are taken are known."""
    first = _day_of(deliveries, ceil(number * share))
    return Days(first, _day_of(deliveries, number)) if first else None


def share_taken(book: Book) -> Fraction:
    """Which share of the offers of a book that have ended were taken; 1 if there are too few."""
    return shares_taken([book.pk])[book.pk]


def shares_taken(book_ids: Iterable[int]) -> defaultdict[int, Fraction]:
    """The same for many books, by their ids. One query, or none without books."""
    kinds = PreBookingEvent.Kind
    let_go = [kinds.SKIPPED, kinds.LAPSED, kinds.DECLINED]
    steps = PreBookingEvent.objects.filter(book__in=list(book_ids)).order_by()
    counts = steps.values_list("book").annotate(
        taken=Count("pk", filter=Q(kind=kinds.FULFILLED)),
        let_go=Count("pk", filter=Q(kind__in=let_go)),
    )
    shares = defaultdict(lambda: Fraction(1))
    for book_id, taken, left in counts:
        if taken + left >= ENOUGH_OFFERS:
            shares[book_id] = Fraction(taken, taken + left)
    return shares


def _day_of(deliveries: Sequence[ExpectedDelivery], copies: int) -> date | None:
    """The day on which so many copies are here, or None."""
    here = 0
    for delivery in deliveries:
        here += delivery.copies
        if here >= copies:
            return delivery.due_on
    return None
