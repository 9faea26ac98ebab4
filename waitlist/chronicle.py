"""What happened on the list of a book, for everybody: numbers of each day, and nobody's name.

Nothing here is finer than a day or tells one place from another, so that nobody is found in it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from catalog.models import Book, StockMovement

from .models import Arrival, PreBookingEvent

Kind = PreBookingEvent.Kind

CAME = "came"
HEADINGS = ("day", "step", "number", "to_people_waiting", "on_sale", "reason")
_WORDS: dict[str, Any] = {
    Kind.JOINED: ngettext_lazy("One reader joined", "%(number)d readers joined", "number"),
    Kind.OFFERED: ngettext_lazy(
        "One copy held for the reader whose turn it was",
        "%(number)d copies held for the readers whose turn it was",
        "number",
    ),
    Kind.REMINDED: ngettext_lazy(
        "One reader reminded that a hold ends",
        "%(number)d readers reminded that a hold ends",
        "number",
    ),
    Kind.SKIPPED: ngettext_lazy(
        "One reader let a copy go by and kept the place",
        "%(number)d readers let a copy go by and kept the place",
        "number",
    ),
    Kind.ORDERED: ngettext_lazy(
        "One held copy ordered", "%(number)d held copies ordered", "number"
    ),
    Kind.NOT_PAID: ngettext_lazy(
        "One order not paid, its copy held again",
        "%(number)d orders not paid, their copies held again",
        "number",
    ),
    Kind.FULFILLED: ngettext_lazy(
        "One reader has the copy they waited for",
        "%(number)d readers have the copy they waited for",
        "number",
    ),
    Kind.NOT_FOR_SALE: ngettext_lazy(
        "One hold ended while the book was not for sale, and its place was kept",
        "%(number)d holds ended while the book was not for sale, and their places were kept",
        "number",
    ),
    Kind.LAPSED: ngettext_lazy(
        "One hold ended, and the copy was passed on",
        "%(number)d holds ended, and the copies were passed on",
        "number",
    ),
    Kind.DECLINED: ngettext_lazy(
        "One reader passed a copy on", "%(number)d readers passed a copy on", "number"
    ),
    Kind.CANCELLED: ngettext_lazy(
        "One reader left the list", "%(number)d readers left the list", "number"
    ),
    Kind.TAKEN_BACK: ngettext_lazy(
        "One copy taken back by the shop: %(reason)s",
        "%(number)d copies taken back by the shop: %(reason)s",
        "number",
    ),
    Kind.ENDED_BY_STAFF: ngettext_lazy(
        "One place ended by the shop: %(reason)s",
        "%(number)d places ended by the shop: %(reason)s",
        "number",
    ),
}


class Step(NamedTuple):
    """So many steps of one kind on one day, or copies that came then; in the columns of the CSV."""

    day: date
    kind: str
    number: int
    # Of copies that came: how many went to people waiting, and how many on sale.
    offered: int | None
    on_sale: int | None
    # Why the shop stepped in, or how copies came.
    reason: str

    @property
    def is_override(self) -> bool:
        return self.kind in PreBookingEvent.OVERRIDES

    @property
    def is_arrival(self) -> bool:
        return self.kind == CAME

    @property
    def words(self) -> str | Promise:
        if not self.is_arrival:
            return _WORDS[self.kind] % {"number": self.number, "reason": self.reason}
        return _("%(copies)s: %(offered)d to people waiting, %(on_sale)d on sale") % {
            "copies": self._copies,
            "offered": self.offered,
            "on_sale": self.on_sale,
        }

    @property
    def _copies(self) -> str:
        if self.reason == StockMovement.Reason.DELIVERY:
            words = ngettext("Delivery of one copy", "Delivery of %(number)d copies", self.number)
        else:
            words = ngettext("One copy came back", "%(number)d copies came back", self.number)
        return words % {"number": self.number}


def days_of(book: Book) -> QuerySet[Any, date]:
    """The days on which something happened, the latest first."""
    steps = PreBookingEvent.objects.filter(book=book).order_by()
    arrivals = Arrival.objects.filter(book=book).order_by()
    days = [
        rows.annotate(day=TruncDate("at")).values_list("day", flat=True)
        for rows in (steps, arrivals)
    ]
    return days[0].union(days[1]).order_by("-day")


def steps_of(book: Book, first: date = date.min, last: date = date.max) -> Iterator[Step]:
    """What happened from `first` to `last`, the latest day first. Two queries."""
    steps = _between(PreBookingEvent.objects.filter(book=book), first, last)
    counted = steps.values_list("day", "kind", "reason").annotate(number=Count("pk"))
    arrivals = _between(Arrival.objects.filter(book=book), first, last).order_by("-day", "-pk")
    return heapq.merge(
        (
            Step(
                arrival.day, CAME, arrival.copies, arrival.offered, arrival.on_sale, arrival.reason
            )
            for arrival in arrivals.iterator()
        ),
        (
            Step(day, kind, number, None, None, reason)
            for day, kind, reason, number in counted.order_by("-day", "kind", "reason").iterator()
        ),
        key=lambda step: step.day,
        reverse=True,
    )


def _between(rows: Any, first: date, last: date) -> Any:
    return rows.annotate(day=TruncDate("at")).filter(day__gte=first, day__lte=last)
