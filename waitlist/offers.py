"""What becomes of a copy that is held for somebody."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import stock
from catalog.availability import can_be_sold
from catalog.models import Book, StockMovement

from . import emails, holds
from .history import note
from .models import Arrival, PreBooking, PreBookingEvent
from .places import CannotQueue, IsBeingOrdered, end, locked

log = logging.getLogger("bookstore.waitlist")

Kind, State = PreBookingEvent.Kind, PreBooking.State


class NotHeld(CannotQueue):
    """No copy is held for this place (any more)."""

    def __init__(self, place: PreBooking) -> None:
        self.place = place
        text = _("No copy is held for you now.")
        if place.has_lapsed:
            text = _("The time your copy was held for is over.")
        super().__init__(text)


@transaction.atomic
def decline(*, key: uuid.UUID, now: datetime) -> PreBooking:
    """Pass the held copy on and end the place. Raises NoSuchPlace, NotHeld or IsBeingOrdered."""
    place, book = _held(key, now)
    end(place, State.DECLINED, Kind.DECLINED, now=now)
    holds.pass_on(book, place.current_round, now)
    return place


@transaction.atomic
def skip(*, key: uuid.UUID, now: datetime) -> PreBooking:
    """Pass the held copy on and keep the place: what has come goes by, and the next round is for it.

    Raises NoSuchPlace, NotHeld or IsBeingOrdered.
    """
    place, book = _held(key, now)
    note(place, Kind.SKIPPED, now=now)
    arrival = place.current_round
    # Copies of a later round may be on sale: they have come, too.
    place.skipped = holds.last_round(book)
    wait_again(place)
    holds.pass_on(book, arrival, now)
    return place


def wait_again(place: PreBooking) -> None:
    """Take the offer from a place whose book is locked; it keeps its number."""
    place.state = State.WAITING
    place.arrival = place.offered_at = place.hold_until = place.offer_price = None
    place.save(
        update_fields=["state", "arrival", "offered_at", "hold_until", "offer_price", "skipped"]
    )


def claim(place_ids: Iterable[int], *, order_number: str, now: datetime) -> None:
    """Put held copies on sale for the order that takes them in this transaction.

    All books of the order must be locked. Raises NotHeld if one is no longer held.
    """
    for place in _with_books(place_ids):
        if not place.is_held(now):
            raise NotHeld(place)
        place.order_number = order_number
        place.save(update_fields=["order_number"])
        note(place, Kind.ORDERED, now=now)
        holds.release(place.book, now)


def fulfil(*, order_number: str, now: datetime) -> None:
    """The order is paid: the places whose copies it took have what they waited for.

    Must run inside `atomic`.
    """
    places = list(PreBooking.objects.being_ordered(order_number))
    if not places:
        return
    stock.lock([place.book_id for place in places])
    for place in places:
        end(place, State.FULFILLED, Kind.FULFILLED, now=now)


def take_back(copies: dict[int, int], *, order_number: str, who: str, now: datetime) -> None:
    """The order was not paid: its copies, {book id: copies}, come back.

    A copy that was held before is held again until its old time, if that is not over yet; its
    place has kept its number. All others are shared out. Must run inside `atomic`.
    """
    reason = StockMovement.Reason.NOT_PAID
    stock.record(copies, reason=reason, order_number=order_number, who=who, at=now)
    left = dict(copies)
    for place in PreBooking.objects.being_ordered(order_number).select_related("book", "arrival"):
        place.order_number = ""
        place.save(update_fields=["order_number"])
        if place.is_held(now):
            note(place, Kind.NOT_PAID, now=now)
            holds.hold(place.book, now)
            left[place.book_id] -= 1
        else:
            let_lapse(place, place.book, now)
    holds.share_out(left, reason=reason, now=now)


def let_lapse(place: PreBooking, book: Book, now: datetime) -> None:
    """The hold is over: end the place of a locked book, whose copy is somebody else's to pass on.

    Where the shop itself does not sell the book at the moment, nobody could buy the copy in time:
    the place is kept then, and offered the next one.
    """
    if can_be_sold(book, timezone.localdate(now)):
        event = end(place, State.LAPSED, Kind.LAPSED, now=now)
        emails.write_lapsed(place, event, now)
    else:
        note(place, Kind.NOT_FOR_SALE, now=now)
        wait_again(place)


class Swept(NamedTuple):
    """What a sweep has done, in numbers."""

    ended: int
    offered: int
    reminded: int


def sweep(*, now: datetime) -> Swept:
    """All that waiting lists need by the clock. Safe to kill, and to run twice at once."""
    return Swept(expire(now=now), offer_left_over(now=now), remind(now=now))


def expire(*, now: datetime) -> int:
    """End every hold whose time is over, each in its own transaction, and pass its copy on.

    Safe to run twice at once. A hold that the database refuses to end is logged, and keeps no
    other from it. Returns the count.
    """
    overdue = PreBooking.objects.overdue(now).values_list("pk", "key")
    return _each(overdue, _expire, now, "place %d was left as it is")


def remind(*, now: datetime) -> int:
    """Write once to everybody whose hold has less than half of its time left. Returns the count."""
    half = timedelta(hours=settings.HOLD_HOURS) / 2
    soon = PreBooking.objects.offered().filter(
        order_number="", reminded_at=None, hold_until__gt=now, hold_until__lte=now + half
    )
    return _each(soon.values_list("pk", "key"), _remind, now, "place %d was not reminded")


def offer_left_over(*, now: datetime) -> int:
    """Offer copies that are on sale while somebody waits for them: a price came late, for example.

    Returns how many were offered.
    """
    waiting = PreBooking.objects.waiting().filter(book__stock__gt=0).order_by("book_id")
    books = waiting.values_list("book_id", "book_id").distinct()
    return _each(books, _offer_left_over, now, "what is left of book %d was not offered")


@transaction.atomic
def _offer_left_over(book_id: int, now: datetime) -> int:
    book = stock.lock([book_id])[book_id]
    if not can_be_sold(book, timezone.localdate(now)):
        return 0
    arrival = holds.last_round(book) or Arrival.objects.create(
        book=book, copies=book.stock, reason=StockMovement.Reason.CORRECTION, at=now
    )
    offered = holds.offer_free_copies(book, arrival, now)
    if offered:
        arrival.offered += offered
        arrival.save(update_fields=["offered"])
    return offered


def _each[T](
    rows: Iterable[tuple[int, T]], act: Callable[[T, datetime], int], now: datetime, failed: str
) -> int:
    """Act on every row, (its key for the log, what the act is told); the sum of what came of it.

    What the database refuses is logged, and keeps no other row from it.
    """
    done = 0
    for pk, told in list(rows):
        try:
            done += act(told, now)
        except DatabaseError:
            log.exception(failed, pk)
    return done


@transaction.atomic
def _expire(key: uuid.UUID, now: datetime) -> bool:
    place, book = locked(key)
    # Whoever was quicker, the shopper or another sweep, has had the lock before.
    if not place.is_offered or place.order_number or place.is_held(now):
        return False
    arrival = place.current_round
    let_lapse(place, book, now)
    holds.pass_on(book, arrival, now)
    return True


@transaction.atomic
def _remind(key: uuid.UUID, now: datetime) -> bool:
    place, book = locked(key)
    is_for_sale = can_be_sold(book, timezone.localdate(now))
    if not place.is_held(now) or place.reminded_at or not is_for_sale:
        return False
    place.reminded_at = now
    place.save(update_fields=["reminded_at"])
    event = note(place, Kind.REMINDED, now=now)
    emails.write_reminder(place, book, event, now)
    return True


def _held(key: uuid.UUID, now: datetime) -> tuple[PreBooking, Book]:
    place, book = locked(key)
    if place.is_being_ordered:
        raise IsBeingOrdered(place)
    if not place.is_held(now):
        raise NotHeld(place)
    return place, book


def _with_books(place_ids: Iterable[int]) -> list[PreBooking]:
    """In the order of books that all writers use."""
    places = PreBooking.objects.filter(pk__in=list(place_ids))
    return list(places.select_related("book", "arrival").order_by("book_id", "pk"))
