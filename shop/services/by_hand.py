"""Staff set the stock of a book by hand, and say why. The difference is a movement of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import stock
from catalog.models import Book, StockMovement
from waitlist import holds
from waitlist.holds import Split, split_of

MOST_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Question:
    """Whether copies shall come in although, or because, people wait for them."""

    book: Book
    copies: int
    split: Split
    seen: str

    @property
    def token(self) -> str:
        """What a form sends to say: this is what I was shown, do it."""
        return f"{self._subject}{self.split.offered}"

    @property
    def has_changed(self) -> bool:
        """Whether another split of the same copies was shown before: somebody joined or left."""
        return self.seen.startswith(self._subject) and self.seen != self.token

    @property
    def needs_an_answer(self) -> bool:
        matters = self.split.offered or self.split.still_waiting or self.has_changed
        return bool(matters) and self.seen != self.token

    @property
    def _subject(self) -> str:
        return f"{self.book.pk}:{self.copies}:"


class CannotSet(Exception):
    """Base of every refusal to set stock; str() is for staff, and nothing was changed."""


class StockHasChanged(CannotSet):
    """Copies were sold or came in between the look and the deed."""

    def __init__(self, seen: int, now: int) -> None:
        words = _("Stock was %(seen)d when you looked, and is %(now)d now. Please count again.")
        super().__init__(words % {"seen": seen, "now": now})


class IsGone(CannotSet):
    def __init__(self) -> None:
        super().__init__(_("This book is not in the catalogue any more."))


class NothingChanges(CannotSet):
    def __init__(self) -> None:
        super().__init__(_("Nothing would change."))


class TooFewCopies(CannotSet):
    def __init__(self, left: int) -> None:
        words = ngettext(
            "There is only one copy to take away.",
            "There are only %(left)d copies to take away.",
            left,
        )
        super().__init__(words % {"left": left})


class AskFirst(CannotSet):
    """Copies come in that people wait for: staff are to see how they are shared out."""

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(_("Please look at how the copies are shared out."))


@dataclass(frozen=True)
class Wanted:
    """What staff want of a book's stock: so many `copies` on sale, or so many more or less.

    `stock_seen` is what they were shown; `split_seen` what was last asked of them, if anything.
    """

    copies: int | None
    change: int | None
    stock_seen: int
    split_seen: str

    def difference(self, book: Book) -> int:
        """By how many copies the stock of a locked book changes. Raises StockHasChanged."""
        if self.copies is None:
            return self.change or 0
        if book.stock != self.stock_seen:
            raise StockHasChanged(self.stock_seen, book.stock)
        return self.copies - book.stock


@transaction.atomic
def set_stock(
    *,
    book_id: int,
    wanted: Wanted,
    reason: StockMovement.Reason,
    why: str,
    who: str,
    now: datetime,
) -> int:
    """Write the difference into the ledger, with the reason, and offer what came in.

    Returns how many copies were offered. Raises a CannotSet, with nothing changed: a number that
    was counted holds only as long as nothing was sold meanwhile.
    """
    book = stock.lock([book_id]).get(book_id)
    if book is None:
        raise IsGone
    difference = wanted.difference(book)
    if not difference:
        raise NothingChanges
    if book.stock + difference < 0:
        raise TooFewCopies(book.stock)
    if difference > 0:
        question = Question(
            book, difference, split_of(book, difference, now=now), wanted.split_seen
        )
        if question.needs_an_answer:
            raise AskFirst(question)
    offered = holds.receive({book_id: difference}, reason=reason, who=who, at=now, note=why)
    return sum(offered.values())
