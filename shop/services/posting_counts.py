"""What a count has found becomes movements of stock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import stock
from catalog.models import Book, StockMovement
from shop.models import StockTake, StockTakeLine
from waitlist import holds
from waitlist.holds import Split

from .counting import CannotCount, IsClosed


class CannotPost(CannotCount):
    """Base of every refusal to post a count; str() is for staff, and nothing was changed."""


class NothingCounted(CannotPost):
    def __init__(self) -> None:
        super().__init__(_("Nothing has been counted yet."))


class NotReady(CannotPost):
    def __init__(self, number: int) -> None:
        text = ngettext(
            "%(number)d book has to be looked at first: see below.",
            "%(number)d books have to be looked at first: see below.",
            number,
        )
        super().__init__(text % {"number": number})


class HasChanged(CannotPost):
    def __init__(self) -> None:
        super().__init__(
            _("Something has changed since this page was drawn. Please look at it again.")
        )


@dataclass(frozen=True)
class Row:
    """A line of a count as posting would have it."""

    line: StockTakeLine
    # How the copies are shared out that the count has found too many, where people wait.
    split: Split | None
    # Why it cannot be posted, in a sentence; "" if it can.
    obstacle: str


@dataclass(frozen=True)
class Review:
    """What posting would do now. `seen` says whether two of them are alike."""

    rows: list[Row]

    @property
    def obstacles(self) -> list[Row]:
        return [row for row in self.rows if row.obstacle]

    @property
    def to_post(self) -> list[Row]:
        """The dearest first, missing or over."""
        ready = [row for row in self.rows if not row.obstacle]
        return sorted(ready, key=lambda row: (-abs(row.line.value), row.line.pk))

    @property
    def changes(self) -> dict[int, int]:
        return {row.line.book_id: row.line.difference for row in self.rows}

    @property
    def seen(self) -> str:
        facts = [(row.line.book_id, row.line.difference, row.split) for row in self.rows]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def review(take: StockTake, *, now: datetime) -> Review:
    """What posting would do, without any lock: it may have changed by then."""
    lines = list(take.lines.for_review())
    return _review(lines, {line.book_id: line.book for line in lines}, now)


@transaction.atomic
def post(*, take_id: int, seen: str, who: str, now: datetime) -> StockTake:
    """Add the differences to the stock: one movement for each book that differs, all or none.

    Copies that were found go to those who wait for them, and on sale otherwise. Books that were not
    counted stay as they are. `seen` is that of the review that staff looked at.
    Raises CannotCount: IsClosed if somebody has posted it, HasChanged if the review is another one
    now, NotReady if a book must be counted again, or more copies are missing than are on sale.
    """
    take = StockTake.objects.locked().get(pk=take_id)
    if not take.is_open:
        raise IsClosed(take)
    if not take.lines.exists():
        raise NothingCounted
    books = stock.lock(take.lines.differing().values_list("book", flat=True))
    found = _review(list(take.lines.for_review()), books, now)
    if found.obstacles:
        raise NotReady(len(found.obstacles))
    if found.seen != seen:
        raise HasChanged
    if found.changes:
        reason = StockMovement.Reason.CORRECTION
        holds.receive(found.changes, reason=reason, who=who, at=now, note=str(take))
    take.posted_at, take.posted_by = now, who
    take.save(update_fields=["posted_at", "posted_by"])
    return take


def _review(lines: Iterable[StockTakeLine], books: Mapping[int, Book], now: datetime) -> Review:
    rows = [(line, books.get(line.book_id, line.book)) for line in lines]
    found = {
        book: line.difference for line, book in rows if line.difference > 0 and book.queue_length
    }
    splits = holds.splits_of(found, now=now) if found else {}
    return Review([Row(line, splits.get(book.pk), _obstacle(line, book)) for line, book in rows])


def _obstacle(line: Any, book: Book) -> str:
    if line.is_unsure:
        return _("Copies came in or left while it was being counted. Count it again.")
    if line.is_outdated:
        return _("Its stock was corrected after it was counted. Count it again.")
    if book.stock + line.difference < 0:
        text = _(
            "Copies missing: %(missing)d. On sale now: %(left)d. The others are ordered, or held for "
            "people who wait: cancel orders or take held copies back first, or leave the book out."
        )
        return text % {"missing": -line.difference, "left": book.stock}
    return ""
