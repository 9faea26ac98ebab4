"""Joining the waiting list of a book, and leaving it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import Book

from . import holds
from .estimates import estimate
from .history import note
from .models import PreBooking, PreBookingEvent

if TYPE_CHECKING:
    from accounts.models import User

Kind, State = PreBookingEvent.Kind, PreBooking.State


class CannotQueue(Exception):
    """Base of every refusal here; str() is written for the shopper, and nothing was changed."""


class CanBeBought(CannotQueue):
    def __init__(self, book: Book) -> None:
        super().__init__(
            _("“%(title)s” can be bought now: there is nothing to wait for.")
            % {"title": book.title}
        )


class NotToWaitFor(CannotQueue):
    def __init__(self, book: Book) -> None:
        super().__init__(
            _("Nobody can wait for “%(title)s”: we do not expect any copies of it.")
            % {"title": book.title}
        )


class AlreadyWaiting(CannotQueue):
    def __init__(self, place: PreBooking) -> None:
        self.place = place
        super().__init__(_("You are on this waiting list already."))


class NoSuchPlace(CannotQueue):
    def __init__(self) -> None:
        super().__init__(_("There is no such place on a waiting list."))


class PlaceHasEnded(CannotQueue):
    def __init__(self) -> None:
        super().__init__(_("This place on the waiting list has ended already."))


class IsBeingOrdered(CannotQueue):
    def __init__(self, place: PreBooking) -> None:
        super().__init__(
            _("The copy is in order %(number)s, which waits for its payment. Cancel that first.")
            % {"number": place.order_number}
        )


@transaction.atomic
def join(*, user: User, book_id: int, now: datetime) -> PreBooking:
    """Give `user` the last place on the waiting list of a book, for one copy.

    Raises CanBeBought, NotToWaitFor or AlreadyWaiting.
    """
    # Whoever brings or sells copies holds the same lock, so nobody waits for what is on sale.
    book = stock.lock([book_id])[book_id]
    if (place := _living(user, book)) is not None:
        raise AlreadyWaiting(place)
    if book.availability.can_buy:
        raise CanBeBought(book)
    if not book.availability.can_queue or book.price is None:
        raise NotToWaitFor(book)
    number = book.queue_length + 1
    days = estimate(book, number, now)
    place = PreBooking.objects.create(
        user=user,
        book=book,
        joined_at=_no_earlier_than_the_last(book, now),
        first_place=number,
        promised_from=days and days.first,
        promised_to=days and days.last,
        price_joined=book.price,
    )
    note(place, Kind.JOINED, now=now)
    return place


@transaction.atomic
def leave(*, key: uuid.UUID, now: datetime) -> PreBooking:
    """Give a place up; a copy that was held for it goes to the next in line.

    Raises NoSuchPlace, PlaceHasEnded or IsBeingOrdered.
    """
    place, _event = cancel(key, Kind.CANCELLED, now=now)
    return place


def cancel(
    key: uuid.UUID, kind: PreBookingEvent.Kind, *, now: datetime, who: str = "", reason: str = ""
) -> tuple[PreBooking, PreBookingEvent]:
    """What leave() does, as a step of that kind; with the step's row. Must run inside `atomic`."""
    place, book = locked(key)
    if not place.is_living:
        raise PlaceHasEnded
    if place.is_being_ordered:
        raise IsBeingOrdered(place)
    was_offered = place.is_offered
    event = end(place, State.CANCELLED, kind, now=now, who=who, reason=reason)
    if was_offered:
        holds.pass_on(book, place.current_round, now)
    return place, event


def place_of(*, user: User, book_id: int) -> PreBooking | None:
    """The living place of `user` on the list of a book."""
    return PreBooking.objects.living().filter(user=user, book=book_id).first()


def number_of(place: PreBooking) -> int:
    """Which number a living place has now: one more than there are living places before it.

    Those for whom a copy is held count, too: if they keep their place instead, nobody falls back.
    """
    return int(PreBooking.objects.ahead_of(place).count()) + 1


def locked(key: uuid.UUID) -> tuple[PreBooking, Book]:
    """A place and its book, whose list nobody else changes until the transaction ends.

    Raises NoSuchPlace.
    """
    book_id = PreBooking.objects.filter(key=key).values_list("book", flat=True).first()
    if book_id is None:
        raise NoSuchPlace
    book = stock.lock([book_id])[book_id]
    return PreBooking.objects.select_related("arrival").get(key=key), book


def end(
    place: PreBooking,
    state: PreBooking.State,
    kind: PreBookingEvent.Kind,
    *,
    now: datetime,
    who: str = "",
    reason: str = "",
) -> PreBookingEvent:
    """Make this the last step of a living place whose book is locked."""
    place.state, place.ended_at = state, now
    place.save(update_fields=["state", "ended_at"])
    return note(place, kind, now=now, who=who, reason=reason)


def _living(user: User, book: Book) -> PreBooking | None:
    return place_of(user=user, book_id=book.pk)


def _no_earlier_than_the_last(book: Book, now: datetime) -> datetime:
    """Clocks of two machines differ; the times of a list must say the same as its order."""
    last = PreBooking.objects.filter(book=book).order_by("-pk").first()
    return max(now, last.joined_at) if last else now
