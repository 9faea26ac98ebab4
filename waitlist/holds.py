"""Copies come in, and are bound to those who wait for them, the first in line first.

This is the way for all copies that come back or arrive (catalog/stock.py only writes the ledger):
what the waiting list does not need goes on sale. All of it happens in the transaction that brings
the copies, under the lock of the book, so that nobody can buy a copy in between.

Copies that are held are out of `Book.stock`; the ledger says HOLD and RELEASE of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop

from catalog import stock
from catalog.availability import can_be_sold
from catalog.models import Book, StockMovement
from catalog.querysets import SOLD_BY

from . import emails
from .alert_tasks import mail_if_asked_for
from .expected import take_off
from .history import note_all
from .models import Arrival, PreBooking, PreBookingEvent

Reason = StockMovement.Reason


class Split(NamedTuple):
    """How copies that arrive are shared out, and how many people wait for more after that."""

    offered: int
    on_sale: int
    still_waiting: int

    @property
    def is_for_later(self) -> bool:
        """Whether people wait, and nobody can be offered a copy: the book cannot be sold now."""
        return self.still_waiting > 0 and not self.offered


def receive(
    changes: Mapping[int, int],
    *,
    reason: StockMovement.Reason,
    who: str,
    at: datetime,
    order_number: str = "",
    note: str = "",
) -> dict[int, int]:
    """Write {book id: copies in, or out when negative} into the ledger, and offer what came.

    Returns {book id: copies offered} for books that people waited for. Must run inside `atomic`.
    Locks these books in the order that all writers use. Raises IntegrityError, with nothing changed,
    when stock would fall below zero.
    """
    stock.record(changes, reason=reason, who=who, at=at, order_number=order_number, note=note)
    return share_out(changes, reason=reason, now=at)


def receive_by_hand(movement: StockMovement) -> int:
    """The same for a movement that staff wrote; returns how many were offered."""
    stock.add(movement)
    offered = share_out(
        {movement.book_id: movement.quantity},
        reason=StockMovement.Reason(movement.reason),
        now=movement.at,
    )
    return sum(offered.values())


def share_out(
    arrived: Mapping[int, int], *, reason: StockMovement.Reason, now: datetime
) -> dict[int, int]:
    """Offer copies that have just come into the stock of locked books to those who wait.

    Returns {book id: copies offered} for books that people waited for.
    """
    came = {book_id: copies for book_id, copies in arrived.items() if copies > 0}
    if reason == Reason.DELIVERY:
        take_off(came, timezone.localdate(now))
    waiting = PreBooking.objects.waiting().of_books(came).order_by().values("book")
    offered = {}
    for book in Book.objects.filter(pk__in=waiting).only(*SOLD_BY).order_by("pk"):
        arrival = Arrival.objects.create(book=book, copies=came[book.pk], reason=reason, at=now)
        arrival.offered = offer_free_copies(book, arrival, now)
        arrival.save(update_fields=["offered"])
        offered[book.pk] = arrival.offered
    if came:
        mail_if_asked_for(came)
    return offered


def split_of(book: Book, copies: int, *, now: datetime) -> Split:
    """How `copies`, one or more, would be shared out if they arrived now. Changes nothing.

    It stays so until the transaction ends if the book is locked.
    """
    return splits_of({book: copies}, now=now)[book.pk]


def splits_of(arriving: Mapping[Book, int], *, now: datetime) -> dict[int, Split]:
    """The same for many books, by their ids. One query."""
    asked = PreBooking.objects.to_be_asked().of_books([book.pk for book in arriving])
    waiting = dict(asked.order_by().values_list("book").annotate(Count("pk")))
    today = timezone.localdate(now)
    return {
        book.pk: _split(book, copies, waiting.get(book.pk, 0), today)
        for book, copies in arriving.items()
    }


def _split(book: Book, copies: int, waiting: int, today: date) -> Split:
    if not can_be_sold(book, today):
        return Split(0, copies, waiting)
    offered = min(copies + book.stock, waiting)
    return Split(offered, max(copies - offered, 0), waiting - offered)


def offer_free_copies(book: Book, arrival: Arrival, now: datetime) -> int:
    """Bind copies of a locked book that are on sale to the first in line. Returns how many."""
    if book.stock <= 0 or not can_be_sold(book, timezone.localdate(now)):
        return 0
    places = list(PreBooking.objects.to_be_asked(arrival).filter(book=book)[: book.stock])
    if places:
        _move(book, -len(places), Reason.HOLD, now)
        _offer(places, book, arrival, now)
    return len(places)


def goes_to_the_line(book: Book) -> bool:
    """Whether a copy of a locked book that is on sale is for somebody in line, by whom the sweep
    will come: a price came after the copies, for example.
    """
    if not book.queue_length:
        return False
    return PreBooking.objects.to_be_asked(last_round(book)).filter(book=book).exists()


def last_round(book: Book) -> Arrival | None:
    """The newest round of a book: what came last while people waited for it."""
    return Arrival.objects.filter(book=book).order_by("-pk").first()


def pass_on(book: Book, arrival: Arrival, now: datetime) -> None:
    """A held copy of a locked book goes to the next in line, or on sale if nobody takes it."""
    successors = PreBooking.objects.to_be_asked(arrival).filter(book=book)[:1]
    places = list(successors) if can_be_sold(book, timezone.localdate(now)) else []
    if places:
        _offer(places, book, arrival, now)
    else:
        release(book, now)
        mail_if_asked_for([book.pk])


def release(book: Book, now: datetime) -> None:
    """A held copy of a locked book goes on sale."""
    _move(book, 1, Reason.RELEASE, now)


def hold(book: Book, now: datetime) -> None:
    """A copy of a locked book is out of the sale from now on."""
    _move(book, -1, Reason.HOLD, now)


def _move(book: Book, copies: int, reason: StockMovement.Reason, now: datetime) -> None:
    stock.record({book.pk: copies}, reason=reason, who=gettext_noop("the waiting list"), at=now)


def _offer(places: Sequence[PreBooking], book: Book, arrival: Arrival, now: datetime) -> None:
    """Hold a copy for each of these places, at the lower of the price when they joined and now."""
    for place in places:
        assert book.price is not None
        place.state = PreBooking.State.OFFERED
        place.arrival, place.offered_at, place.reminded_at = arrival, now, None
        place.hold_until = now + timedelta(hours=settings.HOLD_HOURS)
        place.offer_price = min(place.price_joined, book.price)
    changed = ["state", "arrival", "offered_at", "reminded_at", "hold_until", "offer_price"]
    PreBooking.objects.bulk_update(places, changed)
    for place, event in note_all(places, PreBookingEvent.Kind.OFFERED, now=now):
        emails.write_offer(place, book, event, now)
