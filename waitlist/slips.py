"""What the waiting list of a book says to one reader: of their place, or the one they would get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from catalog.models import Book
from catalog.volumes import Volume, volumes_by_key

from .estimates import Days, days_for, held_by_book, shares_taken
from .expected import expected_by_book
from .models import ExpectedDelivery, PreBooking


@dataclass(frozen=True)
class Slip:
    """`number` is that of the place, or of the one that whoever joins now would get."""

    book: Book | Volume
    number: int
    deliveries: Sequence[ExpectedDelivery]
    days: Days | None
    place: PreBooking | None
    # Whether a copy lies aside for the place, and can still be put into a basket.
    is_held: bool

    @property
    def people(self) -> int:
        return self.book.queue_length

    @property
    def ahead(self) -> int:
        return self.number - 1

    @property
    def next_delivery(self) -> ExpectedDelivery | None:
        return next(iter(self.deliveries), None)

    @property
    def can_join(self) -> bool:
        return self.place is None and self.book.availability.can_queue

    @property
    def is_list(self) -> bool:
        """Whether anybody waits, or could."""
        return bool(self.people) or self.book.availability.can_queue

    @property
    def hold_hours(self) -> int:
        return settings.HOLD_HOURS


def slip_for(book: Book | Volume, user: Any, now: datetime) -> Slip:
    """The slip of a book for `user`, whoever that is. Four queries at most."""
    place = None
    if isinstance(user, User):
        place = PreBooking.objects.living().with_number().filter(user=user, book=book.pk).first()
    [slip] = _slips([(book, place)], now)
    return slip


def slip_of_place(place: PreBooking, reader: Any, now: datetime) -> Slip:
    """The slip of a place that knows its number; of one that has ended, what `reader` could do now."""
    if not place.is_living:
        return slip_for(place.book, reader, now)
    [slip] = slips_of_places([place], now)
    return slip


def slips_of_lists(page: Iterable[tuple[int, int]], now: datetime) -> list[Slip]:
    """Slips for everybody, in the order of the lists (see `longest_lists`). Four queries at most."""
    books = volumes_by_key(book_id for book_id, _people in page)
    return _slips([(books[book_id], None) for book_id, _people in page if book_id in books], now)


def slips_of_places(places: Sequence[PreBooking], now: datetime) -> list[Slip]:
    """Slips of places that know their number (see `for_page`). Three queries at most."""
    return _slips([(place.book, place) for place in places], now)


def _slips(lists: Sequence[tuple[Book | Volume, PreBooking | None]], now: datetime) -> list[Slip]:
    expected = expected_by_book([book.pk for book, _place in lists], timezone.localdate(now))
    shares = shares_taken(expected) if expected else {}
    held = held_by_book(expected) if expected else {}

    def days_of(book: Book | Volume, place: Any, number: int) -> Days | None:
        before = [one for one in held[book.pk] if place is None or one < place.pk]
        return days_for(number, expected[book.pk], shares[book.pk], held=len(before))

    def slip_of(book: Book | Volume, place: Any) -> Slip:
        number = place.number if place else book.queue_length + 1
        coming = expected.get(book.pk, [])
        return Slip(
            book=book,
            number=number,
            deliveries=coming,
            days=days_of(book, place, number) if coming else None,
            place=place,
            is_held=place is not None and place.is_held(now),
        )

    return [slip_of(book, place) for book, place in lists]
