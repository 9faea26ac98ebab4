"""Waiting lists in tests: books that nobody can buy, people in line, and copies that come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from catalog.models import Book, StockMovement
from tests.factories import BookFactory, UserFactory
from waitlist import holds, places
from waitlist.models import PreBooking


def sold_out(**fields: Any) -> Book:
    return BookFactory(stock=0, **fields)


def join(book: Book, *, user: Any = None, now: datetime | None = None) -> PreBooking:
    return places.join(user=user or UserFactory(), book_id=book.pk, now=now or timezone.now())


def line(book: Book, people: int) -> list[PreBooking]:
    """So many people in line for a book, the first one first."""
    return [join(book) for _person in range(people)]


def deliver(book: Book, copies: int, *, now: datetime | None = None) -> None:
    with transaction.atomic():
        holds.receive(
            {book.pk: copies},
            reason=StockMovement.Reason.DELIVERY,
            who="a test",
            at=now or timezone.now(),
        )


def states(waiting: Sequence[PreBooking]) -> list[str]:
    """What has become of these places, in words of the database."""
    found = dict(PreBooking.objects.values_list("pk", "state"))
    return [found[place.pk] for place in waiting]


def stock_of(book: Book) -> int:
    return Book.objects.values_list("stock", flat=True).get(pk=book.pk)


def assert_sane(book: Book) -> None:
    """No copy is lost, none is held twice, nobody waits for what is on sale, the line is in order."""
    movements = StockMovement.objects.filter(book=book).order_by()
    moved = dict(movements.values_list("reason").annotate(Sum("quantity")))
    held = -moved.get("hold", 0) - moved.get("release", 0)
    sold = -sum(moved.get(reason, 0) for reason in ("sale", "not_paid", "cancelled"))
    received = sum(moved.get(reason, 0) for reason in ("opening", "delivery", "returned"))
    book = Book.objects.get(pk=book.pk)
    lists = PreBooking.objects.filter(book=book)
    assert held == lists.offered().filter(order_number="").count()
    assert book.stock + held + sold == received
    assert book.queue_length == lists.living().count()
    assert not (book.stock and lists.waiting().filter(skipped=None).exists())
    joined = list(lists.order_by("pk").values_list("joined_at", flat=True))
    assert joined == sorted(joined)
