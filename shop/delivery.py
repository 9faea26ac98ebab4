"""When a book that is in stock can be at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.cache import caches
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .models import DeliveryMethod, Order

SATURDAY = 5
DAYS_WHEN_UNKNOWN = 10


@dataclass(frozen=True)
class Arrival:
    """The days between which a book comes, if it is ordered by the cut-off hour of `order_on`."""

    first: date
    last: date
    order_on: date


@dataclass(frozen=True)
class DeliveryLine:
    """A way of delivery as the page of a book names it: what it costs, and when the book comes."""

    name: str
    days: str
    terms: str
    method: DeliveryMethod


def arrival(method: DeliveryMethod, now: datetime) -> Arrival | None:
    """When a book ordered at `now` comes by `method`; None if the method names no days.

    Counts the working days of the shop's time zone. Bank holidays are not known, so that nobody
    may show the answer as a promise.
    """
    if method.days_from is None or method.days_to is None:
        return None
    local = timezone.localtime(now)
    start = local.date()
    if local.hour >= method.cutoff_hour:
        start += timedelta(days=1)
    start = _working_day(start)
    return Arrival(_after(start, method.days_from), _after(start, method.days_to), start)


def latest_arrival(order: Order, now: datetime) -> date:
    """The day by which a parcel that leaves at `now` is there, for all that the shop knows.

    Where no days were named it is counted generously, since the time to withdraw begins then.
    """
    days = DAYS_WHEN_UNKNOWN if order.delivery_days is None else order.delivery_days
    return _after(_working_day(timezone.localtime(now).date()), days)


def days_words(method: DeliveryMethod, now: datetime) -> str:
    """The days between which a book ordered at `now` comes, in words; "" if none are named."""
    coming = arrival(method, now)
    return _days_text(coming) if coming else ""


def delivery_lines(now: datetime) -> list[DeliveryLine]:
    """The ways of delivery that name their days."""
    return [
        DeliveryLine(method.name, _days_text(coming), _terms(method, coming, now), method)
        for method in DeliveryMethod.objects.offered_on(timezone.localdate(now))
        if (coming := arrival(method, now))
    ]


def lines_of_this_minute() -> list[DeliveryLine]:
    """The same as of now, which each process remembers for a minute."""
    key = f"delivery-lines-{get_language()}"
    lines: list[DeliveryLine] | None = caches["process"].get(key)
    if lines is None:
        lines = delivery_lines(timezone.now())
        caches["process"].set(key, lines)
    return lines


def _working_day(day: date) -> date:
    """`day`, or the Monday after it."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _after(day: date, working_days: int) -> date:
    for _step in range(working_days):
        day = _working_day(day + timedelta(days=1))
    return day


def _days_text(coming: Arrival) -> str:
    last = formats.date_format(coming.last, "WEEKDAY_FORMAT")
    if coming.first == coming.last:
        return _("about %(day)s") % {"day": last}
    is_one_month = coming.first.month == coming.last.month
    pattern = "WEEKDAY_DAY_FORMAT" if is_one_month else "WEEKDAY_FORMAT"
    first = formats.date_format(coming.first, pattern)
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _terms(method: DeliveryMethod, coming: Arrival, now: datetime) -> str:
    parts = [_("%(price)s, or free from %(sum)s.") if method.free_from else "%(price)s."]
    if method.cutoff_hour < 24:
        is_today = coming.order_on == timezone.localdate(now)
        parts.append(
            _("Order before %(hour)s today.")
            if is_today
            else _("Order before %(hour)s on %(day)s.")
        )
    return " ".join(parts) % {
        "price": method.price_text,
        "sum": method.free_from_text,
        "hour": formats.time_format(time(method.cutoff_hour % 24), "HOUR_FORMAT"),
        "day": formats.date_format(coming.order_on, "WEEKDAY_NAME_FORMAT"),
    }
