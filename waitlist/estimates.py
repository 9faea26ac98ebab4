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
from .models import ExpectedDelivery, PreBooking, PreBookingEvent

# With fewer offers than these behind us, we assume that everybody takes their copy.
ENOUGH_OFFERS = 10


class Days(NamedTuple):
    """From `first`, if all goes well, to `last`, if all who are before need a copy that is to come.

    It goes well if those who have a copy held take it, and of the others as many let theirs go as
    before. `last` is None when the copies expected so far are not enough for that.
    """

    first: date
    last: date | None

    def __str__(self) -> str:
        first = date_format(self.first, "DATE_FORMAT")
        if self.last is None:
            return _("%(day)s at the earliest") % {"day": first}
        if self.last == self.first:
            return first
        last = date_format(self.last, "DATE_FORMAT")
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            first = date_format(self.first, "DAY_FORMAT")
        elif self.first.year == self.last.year:
            first = date_format(self.first, "MONTH_DAY_FORMAT")
        return _("%(first)s to %(last)s") % {"first": first, "last": last}


def estimate(book: Book, number: int, now: datetime) -> Days | None:
    """When the end of the list of a book, number `number`, may have its turn; None if unknown."""
    deliveries = expected_of(book, timezone.localdate(now))
    if not deliveries:
        return None
    held = len(held_by_book([book.pk])[book.pk])
    return days_for(number, deliveries, share_taken(book), held=held)


def days_for(
    number: int, deliveries: Sequence[ExpectedDelivery], share: Fraction, *, held: int
) -> Days | None:
    """The same where the deliveries to come and the share of offers that are taken are known.

    Copies are held for `held` of the places before this one: they may need none that is to come.
    """
    first = _day_of(deliveries, ceil((number - held) * share))
    return Days(first, _day_of(deliveries, number)) if first else None


def held_by_book(book_ids: Iterable[int]) -> defaultdict[int, list[int]]:
    """{id of a book: ids of the places for which a copy of it is held}. One query, or none."""
    held = PreBooking.objects.offered().of_books(book_ids)
    by_book = defaultdict(list)
    for book_id, place_id in held.values_list("book", "pk"):
        by_book[book_id].append(place_id)
    return by_book


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
