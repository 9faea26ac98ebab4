"""The list of a book in numbers: what came, what was given, how long it took, how well we foresaw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from catalog.models import Book, StockMovement

from .models import Arrival, PreBookingEvent

Reason = StockMovement.Reason

MONTHS = 12
# An estimate is kept if the first offer came on one of its days; one without an end has none to miss.
# It is missed as soon as its last day is over without an offer, for a place that lived to see that.
_WAITS = """
SELECT count(*), count(*) FILTER (WHERE state = 'fulfilled'),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(offered_at - joined_at, interval '0'))
        FILTER (WHERE state = 'fulfilled'),
    count(promised_from) FILTER (
        WHERE first_offer IS NOT NULL
            OR promised_to < least((ended_at AT TIME ZONE %(zone)s)::date, %(today)s)
    ),
    count(*) FILTER (
        WHERE first_offer >= promised_from AND first_offer <= coalesce(promised_to, first_offer)
    )
FROM waitlist_prebooking place LEFT JOIN LATERAL (
    SELECT (min(at) AT TIME ZONE %(zone)s)::date AS first_offer FROM waitlist_prebookingevent event
    WHERE event.pre_booking_id = place.id AND kind = 'offered'
) offer ON true
WHERE book_id = %(book)s
"""


class Month(NamedTuple):
    first: date
    copies: int
    # In per cent of the month with the most.
    width: float


@dataclass(frozen=True)
class Figures:
    """What the public page of a list says in numbers."""

    # How many have ever joined, and had the copy they waited for.
    places: int
    fulfilled: int
    # In the middle of the waits of those, from joining to the offer they took.
    median_wait: timedelta | None
    # Of so many estimates that have come due, how many were kept.
    estimates: int
    kept: int
    # In this year of the shop's calendar; a copy that an order gave back did not come anew.
    came: int
    given: int
    # The last twelve months, from the first on in which a copy was given.
    months: list[Month]

    @property
    def median_days(self) -> int | None:
        """Rounded to whole days, halves to the longer wait."""
        if self.median_wait is None:
            return None
        return int(self.median_wait / timedelta(days=1) + 0.5)


def figures_of(book: Book, now: datetime) -> Figures:
    """Three queries."""
    today = timezone.localdate(now)
    with connection.cursor() as cursor:
        zone = timezone.get_current_timezone_name()
        cursor.execute(_WAITS, {"zone": zone, "today": today, "book": book.pk})
        places, fulfilled, median_wait, estimates, kept = cursor.fetchone()
    this_year = Arrival.objects.filter(book=book, at__gte=_midnight(today.replace(month=1, day=1)))
    came = this_year.exclude(reason__in=[Reason.NOT_PAID, Reason.CANCELLED])
    given = _given_by_month(book, today)
    return Figures(
        places=places,
        fulfilled=fulfilled,
        median_wait=median_wait,
        estimates=estimates,
        kept=kept,
        came=came.aggregate(copies=Sum("copies", default=0))["copies"],
        given=sum(copies for month, copies in given.items() if month.year == today.year),
        months=_months(given),
    )


def _given_by_month(book: Book, today: date) -> dict[date, int]:
    """{first day of a month: copies given in it} for the last twelve months, in their order."""
    firsts = [_months_before(today, back) for back in reversed(range(MONTHS))]
    given = PreBookingEvent.objects.filter(
        book=book, kind=PreBookingEvent.Kind.FULFILLED, at__gte=_midnight(firsts[0])
    ).order_by()
    counted = given.annotate(month=TruncMonth("at")).values_list("month").annotate(Count("pk"))
    copies = {timezone.localdate(month): number for month, number in counted}
    return {first: copies.get(first, 0) for first in firsts}


def _months(given: dict[date, int]) -> list[Month]:
    most = max(given.values())
    if not most:
        return []
    start = next(first for first, copies in given.items() if copies)
    return [
        Month(first, copies, round(100 * copies / most, 1))
        for first, copies in given.items()
        if first >= start
    ]


def _months_before(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
