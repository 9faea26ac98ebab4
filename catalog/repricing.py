"""Many prices change together: looked at first, done on their day, and undone.

Each book's old and new price are fixed when the change is planned. A price that somebody else has
changed meanwhile is left alone, on the way there and on the way back.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from . import history
from .models import Book, RepricedBook, Repricing
from .money import format_count, format_money, format_percent, to_cents

MOST_BOOKS = 50_000
BATCH = 1_000
HIGHEST_PRICE = Decimal("99999999.99")
# The distance between two prices, and how far below a multiple of it they end.
ENDINGS = {
    Repricing.Ending.NINETY_NINE: (Decimal(1), Decimal("0.01")),
    Repricing.Ending.HALVES: (Decimal("0.50"), Decimal("0.01")),
    Repricing.Ending.TENS: (Decimal("0.10"), Decimal(0)),
}
State, Outcome = Repricing.State, RepricedBook.Outcome


class CannotReprice(Exception):
    """Base of every refusal here; str() is for staff, and nothing was changed."""


class TooManyBooks(CannotReprice):
    def __init__(self) -> None:
        text = _("These are more than %(most)s books. Please choose fewer at a time.")
        super().__init__(text % {"most": format_count(MOST_BOOKS)})


class NoBooks(CannotReprice):
    def __init__(self) -> None:
        super().__init__(_("No book that has a price would get another one."))


class NothingLeft(CannotReprice):
    def __init__(self, count: int, price: Decimal) -> None:
        text = ngettext(
            "For one book nothing would be left, or far too much: it costs %(price)s now.",
            "For %(count)d books nothing would be left, or far too much: one costs %(price)s now.",
            count,
        )
        super().__init__(text % {"count": count, "price": format_money(price)})


class NoLongerAsSeen(CannotReprice):
    def __init__(self) -> None:
        super().__init__(
            _("Books or prices have changed since you looked. This is how it stands now.")
        )


class TooLate(CannotReprice):
    def __init__(self, repricing: Repricing) -> None:
        text = _("This cannot be done any more: %(state)s.")
        super().__init__(text % {"state": repricing.get_state_display()})


@dataclass(frozen=True)
class Rule:
    """By how much prices change, and where they end. `value` is in per cent, or a sum of money."""

    kind: Repricing.Kind
    value: Decimal
    ending: Repricing.Ending

    def new_price(self, old: Decimal) -> Decimal | None:
        """None where the price would be nothing, less, or more than a price can be."""
        by = old * self.value / 100 if self.kind == Repricing.Kind.PERCENT else self.value
        exact = to_cents(old + by)
        if exact <= 0:
            return None
        price = exact
        if places := ENDINGS.get(self.ending):
            step, below = places
            steps = ((exact + below) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            price = max(steps, Decimal(1)) * step - below
        return price if price <= HIGHEST_PRICE else None


@dataclass(frozen=True)
class Line:
    """What becomes of the price of one book."""

    book_id: int
    old: Decimal
    new: Decimal

    @property
    def old_text(self) -> str:
        return format_money(self.old)

    @property
    def new_text(self) -> str:
        return format_money(self.new)


@dataclass(frozen=True)
class Preview:
    """What a change would do to each book, by ascending key."""

    lines: list[Line]
    unchanged: int

    @property
    def token(self) -> str:
        """What a form sends to say: this is what I was shown, do it."""
        told = ";".join(f"{line.book_id} {line.old} {line.new}" for line in self.lines)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    @cached_property
    def _by_difference(self) -> list[Line]:
        return sorted(self.lines, key=lambda line: (line.new - line.old, line.book_id))

    @property
    def down(self) -> int:
        return sum(line.new < line.old for line in self.lines)

    @property
    def up(self) -> int:
        return len(self.lines) - self.down

    def extremes(self, number: int) -> list[Line]:
        """The largest changes down and up, `number` of each at the most."""
        ordered = self._by_difference
        if len(ordered) <= 2 * number:
            return ordered
        return [*ordered[:number], *ordered[-number:]]

    @property
    def mean_text(self) -> str:
        """By how much all of these books together become dearer or cheaper."""
        old = sum((line.old for line in self.lines), Decimal(0))
        new = sum((line.new for line in self.lines), Decimal(0))
        mean = (new - old) * 100 / old
        return f"{'−' if mean < 0 else '+'}{format_percent(abs(mean))}"

    @cached_property
    def also_planned(self) -> int:
        """How many of these books wait for another change of price."""
        waiting = RepricedBook.objects.filter(
            repricing__state=State.PLANNED, outcome=Outcome.WAITING
        )
        return waiting.filter(book__in=[line.book_id for line in self.lines]).count()


def preview(books: Any, rule: Rule) -> Preview:
    """What `rule` would do to `books`. Raises CannotReprice; reads only."""
    priced = books.filter(price__isnull=False).order_by("pk").values_list("pk", "price")
    rows = list(priced[: MOST_BOOKS + 1])
    if len(rows) > MOST_BOOKS:
        raise TooManyBooks
    lines, impossible = [], []
    for pk, price in rows:
        if (new := rule.new_price(price)) is None:
            impossible.append(price)
        elif new != price:
            lines.append(Line(pk, price, new))
    if impossible:
        raise NothingLeft(len(impossible), min(impossible))
    if not lines:
        raise NoBooks
    return Preview(lines, unchanged=len(rows) - len(lines))


@transaction.atomic
def plan(
    *,
    books: Any,
    rule: Rule,
    scope: str,
    starts_at: datetime,
    seen: str,
    key: uuid.UUID,
    who: str,
    now: datetime,
) -> Repricing:
    """Write down what becomes of each of `books`; it is done when `starts_at` has come.

    `seen` is the token of the preview that was looked at, and `scope` says in words which books they
    are. The same `key` again is the same change. Raises CannotReprice.
    """
    if known := Repricing.objects.filter(key=key).first():
        return known
    looked_at = preview(books, rule)
    if looked_at.token != seen:
        raise NoLongerAsSeen
    repricing, is_new = Repricing.objects.get_or_create(
        key=key,
        defaults={
            "scope": scope[:1000],
            "kind": rule.kind,
            "value": rule.value,
            "ending": rule.ending,
            "starts_at": starts_at,
            "made_at": now,
            "who": who,
        },
    )
    if is_new:
        RepricedBook.objects.bulk_create(_rows(repricing, looked_at.lines), batch_size=5_000)
    return repricing


def _rows(repricing: Repricing, lines: Iterable[Line]) -> Iterable[RepricedBook]:
    for line in lines:
        prices = {"old_price": line.old, "new_price": line.new}
        yield RepricedBook(repricing=repricing, book_id=line.book_id, **prices)


@transaction.atomic
def call_off(*, repricing_id: int, who: str, now: datetime) -> Repricing:
    """End a change whose day has not come. Raises TooLate once a price has changed."""
    repricing = _locked(repricing_id)
    if repricing.state == State.CANCELLED:
        return repricing
    if not repricing.is_planned:
        raise TooLate(repricing)
    repricing.move(State.CANCELLED, now, who=who)
    return repricing


@transaction.atomic
def undo(*, repricing_id: int, who: str, now: datetime) -> Repricing:
    """Begin to give each book the price that it had; work_off() does it. Raises TooLate."""
    repricing = _locked(repricing_id)
    if repricing.state in (State.UNDOING, State.UNDONE):
        return repricing
    if not repricing.is_done:
        raise TooLate(repricing)
    repricing.move(State.UNDOING, now, who=who)
    return repricing


def outcomes(repricing: Repricing) -> list[tuple[str, int]]:
    """How many books there are of each outcome, in words; those that there are."""
    rows = repricing.lines.order_by().values_list("outcome").annotate(Count("pk"))
    numbers = dict(rows)
    return [(str(kind.label), numbers[kind]) for kind in Outcome if kind in numbers]


def due(*, now: datetime) -> list[int]:
    """Keys of the changes that there is something to do for, the oldest first."""
    open_states = (State.PLANNED, State.RUNNING, State.UNDOING)
    found = Repricing.objects.filter(state__in=open_states, starts_at__lte=now)
    return list(found.order_by("starts_at", "pk").values_list("pk", flat=True))


def work_off(*, repricing_id: int, now: datetime, batches: int | None = None) -> None:
    """Change prices, or take them back, a thousand books at a time; all of them without `batches`.

    Each thousand is a transaction of its own, so whoever buys meanwhile waits for no more than that,
    and what a crash leaves behind is gone on with. Nothing happens before its day.
    """
    done = 0
    while (batches is None or done < batches) and _batch(repricing_id, now):
        done += 1


@transaction.atomic
def _batch(repricing_id: int, now: datetime) -> bool:
    """False when there is nothing left to do."""
    repricing = _locked(repricing_id)
    if repricing.is_planned and repricing.starts_at <= now:
        repricing.move(State.RUNNING, now)
    if not repricing.is_working:
        return False
    backwards = repricing.state == State.UNDOING
    source = Outcome.CHANGED if backwards else Outcome.WAITING
    lines = list(repricing.lines.filter(outcome=source).order_by("book_id")[:BATCH])
    who = repricing.ended_by if backwards else repricing.who
    _change(lines, backwards=backwards, who=who, now=now)
    if len(lines) < BATCH:
        repricing.move(State.UNDONE if backwards else State.DONE, now)
        return False
    return True


def _change(lines: list[RepricedBook], *, backwards: bool, who: str, now: datetime) -> None:
    """Give the books the prices of their lines, and note what became of each."""
    before, after = ("new_price", "old_price") if backwards else ("old_price", "new_price")
    changed, left = (
        (Outcome.BACK, Outcome.KEPT) if backwards else (Outcome.CHANGED, Outcome.SKIPPED)
    )
    books = Book.objects.filter(pk__in=[line.book_id for line in lines]).order_by("pk")
    prices = dict(books.select_for_update(no_key=True).values_list("pk", "price"))
    same = [line.pk for line in lines if prices.get(line.book_id) == getattr(line, before)]
    rows = RepricedBook.objects.filter(pk__in=same)
    touched = list(rows.values_list("book", flat=True))
    history.note_books(touched, who="", reason="", now=now)
    new = rows.filter(book=OuterRef("pk")).values(after)
    Book.objects.filter(pk__in=rows.values("book")).update(price=Subquery(new))
    history.note_books(touched, who=who, reason=gettext_noop("Change of prices"), now=now)
    RepricedBook.objects.filter(pk__in=[line.pk for line in lines]).update(outcome=left)
    rows.update(outcome=changed)


def _locked(repricing_id: int) -> Repricing:
    return Repricing.objects.select_for_update(no_key=True).get(pk=repricing_id)
