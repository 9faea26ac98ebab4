"""Staff count copies, one scan after another, also several people at once.

Each act locks the count first, so that two people who count the same book add up. Stock is changed
by none of this: see posting_counts.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.identifiers import find_number
from catalog.models import Book
from shop import in_house
from shop.in_house import InHouse
from shop.models import MOST_COUNTED, Order, OrderItem, StockTake, StockTakeLine, StockTakeScan
from waitlist.models import PreBooking

Scope = StockTake.Scope


class CannotCount(Exception):
    """Base of every refusal to count; str() is for staff, and nothing was changed."""


class NobodyStandsThere(CannotCount):
    def __init__(self, shelf: str) -> None:
        super().__init__(_("No book stands on shelf “%(shelf)s”.") % {"shelf": shelf})


class IsClosed(CannotCount):
    def __init__(self, take: StockTake) -> None:
        text = _("This count is posted already.") if take.is_posted else _("It was given up.")
        super().__init__(text)


class UnknownNumber(CannotCount):
    def __init__(self, number: str) -> None:
        text = _("There is no book with the number %(number)s. Put it aside; the count goes on.")
        super().__init__(text % {"number": number[:40]})


class StandsElsewhere(CannotCount):
    def __init__(self, take: StockTake, book: Book) -> None:
        text = _("“%(title)s” belongs to no shelf: it is not counted here.")
        if book.shelf:
            text = _("“%(title)s” belongs to shelf %(shelf)s: it is not counted here.")
        super().__init__(text % {"title": book.title, "shelf": book.shelf})


class OutOfBounds(CannotCount):
    def __init__(self) -> None:
        text = _("A book has from 0 to %(most)d copies in a count.")
        super().__init__(text % {"most": MOST_COUNTED})


class CountedMeanwhile(CannotCount):
    def __init__(self, counted: int) -> None:
        text = ngettext(
            "Somebody counted this book meanwhile: it has %(counted)d copy now.",
            "Somebody counted this book meanwhile: it has %(counted)d copies now.",
            counted,
        )
        super().__init__(text % {"counted": counted})


class MovedMeanwhile(CannotCount):
    def __init__(self, book: Book) -> None:
        text = _("Copies of “%(title)s” came or left since you looked. Look for it again.")
        super().__init__(text % {"title": book.title})


@transaction.atomic
def begin(
    *, scope: StockTake.Scope, shelf: str, key: uuid.UUID, who: str, now: datetime
) -> StockTake:
    """Begin a count. `key` names the form: sent twice it is one count. Raises CannotCount."""
    if known := StockTake.objects.filter(key=key).first():
        return known
    shelf = shelf if scope == Scope.SHELF else ""
    if scope == Scope.SHELF and not Book.objects.filter(shelf=shelf).exists():
        raise NobodyStandsThere(shelf)
    expected = to_be_found(shelf).count() if scope == Scope.SHELF else None
    facts = {"scope": scope, "shelf": shelf, "books_expected": expected}
    begun = {"who": who, "started_at": now}
    known, _is_new = StockTake.objects.get_or_create(key=key, defaults={**facts, **begun})
    return known


def to_be_found(shelf: str) -> Any:
    """Books of a shelf, or of all with "", of which copies should be in the house."""
    of_book = {"book": OuterRef("pk")}
    held = PreBooking.objects.filter(state=PreBooking.State.OFFERED, order_number="", **of_book)
    taken = (Order.Status.PENDING, Order.Status.CONFIRMED)
    ordered = OrderItem.objects.filter(sent_at__isnull=True, order__status__in=taken, **of_book)
    books = Book.objects.filter(Q(stock__gt=0) | Exists(held) | Exists(ordered))
    return books.filter(shelf=shelf) if shelf else books


@transaction.atomic
def scan(*, take_id: int, number: str, key: uuid.UUID, who: str, now: datetime) -> StockTakeLine:
    """Count one copy of the book that `number` is the EAN or ISBN of. Raises CannotCount."""
    take = _open(take_id)
    ean = find_number(number)
    book = Book.objects.numbered(ean) if ean else None
    if book is None:
        raise UnknownNumber(ean or number)
    return _count(take, book, 1, key=key, who=who, now=now)


@transaction.atomic
def add(
    *, take_id: int, book_id: int, copies: int, key: uuid.UUID, who: str, now: datetime
) -> StockTakeLine:
    """Count copies more, or fewer when below zero, of a book. Raises CannotCount."""
    take = _open(take_id)
    return _count(take, _book(book_id), copies, key=key, who=who, now=now)


@transaction.atomic
def put_total(
    *,
    take_id: int,
    book_id: int,
    total: int,
    seen: int,
    key: uuid.UUID,
    who: str,
    now: datetime,
) -> StockTakeLine:
    """Say how many copies of a book there are in all, counted at one go just now.

    `seen` is what the form said was counted before. Raises CannotCount.
    """
    take = _open(take_id)
    book = _book(book_id)

    def replace(line: StockTakeLine, here: InHouse) -> None:
        if line.counted != seen:
            raise CountedMeanwhile(line.counted)
        line.counted, line.is_unsure = total, False
        _keep(line, here)

    return _write(take, book, replace, copies=total, is_total=True, key=key, who=who, now=now)


@transaction.atomic
def take_out(*, take_id: int, book_id: int, seen: int) -> None:
    """The book is as if it had never been counted. Nothing happens if it was not.

    `seen` is what the form said was counted: CountedMeanwhile is raised if it is another number.
    """
    line = _open(take_id).lines.filter(book=book_id).first()
    if line is None:
        return
    if line.counted != seen:
        raise CountedMeanwhile(line.counted)
    line.delete()


@transaction.atomic
def put_nothing_found(*, take_id: int, seen: Mapping[int, InHouse], who: str, now: datetime) -> int:
    """Say that there is no copy at all of books that were not counted; how many that were.

    `seen` is what the form said of each: {book id: what should be in the house}. Raises
    MovedMeanwhile if copies of one have come or left since, which nobody has looked for.
    """
    take = _open(take_id)
    counted = take.lines.values("book")
    missing = to_be_found(take.shelf).filter(pk__in=list(seen)).exclude(pk__in=counted)
    books = list(missing.only("title", "price").order_by("pk"))
    here = in_house.read(book.pk for book in books)
    for book in books:
        if in_house.has_moved(book.pk, seen[book.pk], here[book.pk]):
            raise MovedMeanwhile(book)
    scans = StockTakeScan.objects.bulk_create(
        StockTakeScan(
            take=take, book=book, key=uuid.uuid4(), copies=0, is_total=True, who=who, at=now
        )
        for book in books
    )
    lines = [
        StockTakeLine(take=take, book=book, counted=0, price=book.price, scan_id=scan.pk)
        for book, scan in zip(books, scans, strict=True)
    ]
    for line in lines:
        _keep(line, here[line.book_id])
    StockTakeLine.objects.bulk_create(lines)
    return len(lines)


@transaction.atomic
def abandon(*, take_id: int, now: datetime) -> StockTake:
    """End a count without posting anything. Raises CannotCount."""
    take = _open(take_id)
    take.abandoned_at = now
    take.save(update_fields=["abandoned_at"])
    return take


def _open(take_id: int) -> StockTake:
    """The count, locked. Raises IsClosed."""
    take: StockTake = StockTake.objects.locked().get(pk=take_id)
    if not take.is_open:
        raise IsClosed(take)
    return take


def _book(book_id: int) -> Book:
    book: Book | None = Book.objects.defer("search", "search_text").filter(pk=book_id).first()
    if book is None:
        raise UnknownNumber(str(book_id))
    return book


def _count(
    take: StockTake, book: Book, copies: int, *, key: uuid.UUID, who: str, now: datetime
) -> StockTakeLine:
    """Count copies as part of a count that may go on for hours, at several places of the house.

    What should be there was read at the first copy. Copies that come or leave before the last one
    may or may not have been counted: nobody can know, so the book must be counted again.
    """

    def move(line: StockTakeLine, here: InHouse) -> None:
        before = InHouse(line.on_sale, line.held, line.ordered, line.movement_id)
        line.is_unsure = line.is_unsure or in_house.has_moved(book.pk, before, here)
        line.counted += copies

    return _write(take, book, move, copies=copies, is_total=False, key=key, who=who, now=now)


def _write(
    take: StockTake,
    book: Book,
    change: Callable[[StockTakeLine, InHouse], None],
    *,
    key: uuid.UUID,
    **said: Any,
) -> StockTakeLine:
    if not take.covers(book):
        raise StandsElsewhere(take, book)
    line = take.lines.filter(book=book).first()
    here = in_house.read([book.pk])[book.pk]
    if line is None:
        line = StockTakeLine(take=take, book=book, counted=0, price=book.price)
        _keep(line, here)
    if StockTakeScan.objects.filter(key=key).exists():
        return line
    change(line, here)
    if not 0 <= line.counted <= MOST_COUNTED:
        raise OutOfBounds
    written = StockTakeScan.objects.create(
        take=take, book=book, key=key, at=said.pop("now"), **said
    )
    line.scan_id = written.pk
    line.save()
    return line


def _keep(line: StockTakeLine, here: InHouse) -> None:
    line.on_sale, line.held, line.ordered = here.on_sale, here.held, here.ordered
    line.movement_id = here.movement_id
