"""What was unpacked goes into stock: first to people waiting, the rest on sale."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import Book, StockMovement
from shop.models import GoodsIn, GoodsInLine
from waitlist import holds
from waitlist.expected import copies_to_come
from waitlist.holds import Split

from . import receiving


class NothingToPost(receiving.CannotReceive):
    def __init__(self) -> None:
        super().__init__(_("There is nothing to put into stock."))


class IsPosted(receiving.CannotReceive):
    """All of it is in stock already: of two presses of the button, one counts."""

    def __init__(self) -> None:
        super().__init__(_("This delivery is in stock already."))


class SplitHasChanged(receiving.CannotReceive):
    """Other people wait, or other copies came, than staff were shown."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Something has changed since you looked: somebody joined or left a waiting list, "
                "or counted another copy. This is how it stands now."
            )
        )


@dataclass(frozen=True)
class Row:
    """One line, how its copies will be shared out, and how many were expected."""

    line: GoodsInLine
    split: Split
    expected: int


@dataclass(frozen=True)
class Look:
    """How a delivery will be shared out if it goes into stock now."""

    rows: Sequence[Row]

    @property
    def copies(self) -> int:
        return sum(row.line.copies for row in self.rows)

    @property
    def offered(self) -> int:
        return sum(row.split.offered for row in self.rows)

    @property
    def on_sale(self) -> int:
        return sum(row.split.on_sale for row in self.rows)

    @property
    def token(self) -> str:
        """What a form sends to say: this is what I was shown, do it."""
        shown = (f"{row.line.book_id}:{row.line.copies}:{tuple(row.split)}" for row in self.rows)
        return hashlib.sha256("|".join(sorted(shown)).encode()).hexdigest()


def look_at(delivery: GoodsIn, *, now: datetime) -> Look:
    """Three queries, however many books there are. It stays so while the books are locked."""
    lines = list(delivery.lines.to_post())
    books = {line.book_id: line.book for line in lines if line.book is not None}
    return _look(lines, {books[pk]: copies for pk, copies in _per_book(lines).items()}, now)


def post(*, delivery_id: int, seen: str, who: str, now: datetime) -> None:
    """Put what is known of a delivery into stock, all or nothing, as `seen` says that staff saw it.

    Unknown books stay behind, and the delivery stays open for them. Raises IsPosted, NothingToPost,
    or SplitHasChanged if another split than the one that was seen would come of it.
    """
    try:
        # By itself, so that the next look shows what has come into the catalogue meanwhile.
        receiving.match(delivery_id=delivery_id)
        _post(delivery_id, seen, who, now)
    except receiving.IsClosed as closed:
        raise IsPosted from closed


@transaction.atomic
def _post(delivery_id: int, seen: str, who: str, now: datetime) -> None:
    delivery = receiving.lock(delivery_id)
    lines = list(delivery.lines.to_post())
    if not lines:
        raise IsPosted if delivery.posted_at else NothingToPost
    changes = _per_book(lines)
    books = stock.lock(changes)
    if _look(lines, {books[pk]: copies for pk, copies in changes.items()}, now).token != seen:
        raise SplitHasChanged
    offered = holds.receive(
        changes,
        reason=StockMovement.Reason.DELIVERY,
        who=who,
        at=now,
        note=str(delivery),
    )
    _note(delivery, lines, offered, now)
    receiving.close_if_done(delivery, now)


def _per_book(lines: Sequence[GoodsInLine]) -> dict[int, int]:
    """{book id: copies}. A book whose number was corrected while it was counted has two lines."""
    copies: Counter[int] = Counter()
    for line in lines:
        if line.book_id is not None:
            copies[line.book_id] += line.copies
    return dict(copies)


def _look(lines: Sequence[GoodsInLine], books: dict[Book, int], now: datetime) -> Look:
    splits = holds.splits_of(books, now=now)
    expected = copies_to_come(splits)
    offered = _per_line(lines, {pk: split.offered for pk, split in splits.items()})
    rows = []
    for line in lines:
        if line.book_id is not None:
            on_sale = max(line.copies - offered[line.pk], 0)
            split = Split(offered[line.pk], on_sale, splits[line.book_id].still_waiting)
            rows.append(Row(line, split, expected.get(line.book_id, 0)))
    return Look(rows)


def _per_line(lines: Sequence[GoodsInLine], offered: dict[int, int]) -> dict[int, int]:
    """{line: copies offered}, of {book: copies offered}. Its last line has those that were here."""
    left, shares = dict(offered), {}
    last = {line.book_id: line.pk for line in lines}
    for line in lines:
        of_book = left.get(line.book_id or 0, 0)
        share = of_book if last[line.book_id] == line.pk else min(of_book, line.copies)
        shares[line.pk] = share
        left[line.book_id or 0] = of_book - share
    return shares


def _note(
    delivery: GoodsIn, lines: Sequence[GoodsInLine], offered: dict[int, int], now: datetime
) -> None:
    shares = _per_line(lines, offered)
    for line in lines:
        line.posted_at, line.offered = now, shares[line.pk]
    GoodsInLine.objects.bulk_update(lines, ["posted_at", "offered"], batch_size=500)
    delivery.posted_at = now
    delivery.save(update_fields=["posted_at"])
