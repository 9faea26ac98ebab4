"""Deliveries to come, as suppliers have promised them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import QuerySet, Sum

from catalog import stock
from catalog.models import Book

from .models import ExpectedDelivery


def expected_of(book: Book, today: date) -> list[ExpectedDelivery]:
    """Confirmed deliveries of a book that are still to come, the earliest first."""
    return expected_by_book([book.pk], today)[book.pk]


def expected_by_book(
    book_ids: Iterable[int], today: date
) -> defaultdict[int, list[ExpectedDelivery]]:
    """The same for many books, by their ids. One query."""
    coming = ExpectedDelivery.objects.filter(
        book__in=list(book_ids), is_confirmed=True, due_on__gte=today
    )
    by_book = defaultdict(list)
    for delivery in coming.order_by("due_on", "pk"):
        by_book[delivery.book_id].append(delivery)
    return by_book


def copies_to_come(book_ids: Iterable[int]) -> dict[int, int]:
    """How many copies suppliers have promised of each of these books, if any. One query."""
    coming = ExpectedDelivery.objects.filter(book__in=list(book_ids)).order_by()
    return dict(coming.values_list("book").annotate(Sum("copies")))


def take_off(came: Mapping[int, int], today: date) -> None:
    """Copies have arrived, {book id: copies}: as many of those expected are no longer to come.

    They are taken off confirmed deliveries first, so that readers are not told of them any more;
    of these and then of the others, off those that are not overdue first, the earliest before the
    later ones. Must run inside `atomic`, with these books locked.
    """
    left = dict(came)
    deliveries = ExpectedDelivery.objects.filter(book__in=came).order_by("due_on", "pk")
    for expected in sorted(deliveries, key=lambda one: (not one.is_confirmed, one.due_on < today)):
        copies = min(left[expected.book_id], expected.copies)
        left[expected.book_id] -= copies
        expected.copies -= copies
        if expected.copies:
            expected.save(update_fields=["copies"])
        else:
            expected.delete()


@transaction.atomic
def change(expected: ExpectedDelivery, fields: Iterable[str]) -> None:
    """Write these fields, as staff changed them; copies that come at the same time are taken off.

    Raises ExpectedDelivery.NotUpdated if none of its copies is to come any more.
    """
    stock.lock([expected.book_id])
    expected.save(update_fields=list(fields))


@transaction.atomic
def remove(expected: QuerySet[ExpectedDelivery]) -> None:
    """Delete deliveries that will not come; none that copies are just being taken off."""
    stock.lock(expected.values_list("book_id", flat=True))
    expected.delete()
