"""Records by their senders' names for them: which of them come late, and which are taken back.

A sender that deletes a record says that it should never have been, not that the book is out of print
(EDItEUR, ONIX for Books, code list 1, value 05).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from catalog import withdrawal
from catalog.models import Book, FeedRecord

from .reading import Deletion
from .rows import BookRow, Problem

_FIELD = "RecordReference"
_KNOWN = ("sent_at", "deleted_at", "withdrew", "book_id", "book__ean", "book__withdrawn_at")
# What nothing is new in is not written.
_REMEMBER = """
INSERT INTO catalog_feedrecord AS known (reference, book_id, sent_at, withdrew)
SELECT said.reference, book.id, said.sent_at, false
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS said (reference, ean, sent_at)
JOIN catalog_book book ON book.ean = said.ean
ON CONFLICT (reference) DO UPDATE
SET book_id = excluded.book_id, sent_at = coalesce(excluded.sent_at, known.sent_at),
    deleted_at = NULL, withdrew = false
WHERE known.book_id <> excluded.book_id OR known.deleted_at IS NOT NULL
    OR coalesce(excluded.sent_at, known.sent_at) IS DISTINCT FROM known.sent_at
"""


class _Known(NamedTuple):
    sent_at: datetime | None
    deleted_at: datetime | None
    withdrew: bool
    book_id: int
    ean: str
    withdrawn_at: datetime | None


class TakenBack(NamedTuple):
    """How many records of a batch were taken back, and what could not be."""

    number: int
    problems: Sequence[Problem]


class Records:
    """The records of one batch, and what the shop knew of them before. Use it inside a transaction."""

    def __init__(
        self, rows: Sequence[BookRow], deletions: Sequence[Deletion], *, who: str, now: datetime
    ) -> None:
        self.rows = rows
        self.deletions = deletions
        self.who = who
        self.now = now
        names = {_name(row) for row in rows} | {_name(deletion) for deletion in deletions}
        self._known = _known(names - {""})

    def screened(self) -> tuple[list[int], list[Problem]]:
        """The places of those rows that count, and why the others do not."""
        kept, problems = [], []
        eans: dict[str, str] = {}
        for place, row in enumerate(self.rows):
            reason = self._objection(row, eans) if row.reference else ""
            if reason:
                problems.append(_problem(row, reason))
            else:
                kept.append(place)
        return kept, problems

    def remember(self, rows: Iterable[BookRow]) -> set[str]:
        """Note what the rows are called, once their books are there.

        Returns the EANs of books that are sold again, since their records came again.
        """
        named = [row for row in rows if row.reference]
        if not named:
            return set()
        back = {
            known.ean: known.book_id
            for row in named
            if (known := self._known.get(_name(row)))
            and (known.withdrew and known.withdrawn_at and known.ean == row.ean)
        }
        for book_id in back.values():
            reason = _("Its sender has sent the record again.")
            withdrawal.put_back(book_id=book_id, reason=reason, who=self.who, now=self.now)
        columns = (
            [_name(row) for row in named],
            [r.ean for r in named],
            [r.sent_at for r in named],
        )
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, columns)
        # A deletion behind them in the same batch is of what they say now.
        self._known |= _known({_name(row) for row in named})
        return set(back)

    def take_back(self) -> TakenBack:
        """Withdraw the books whose records were deleted, but for those that somebody may ask for."""
        number, problems = 0, []
        last_sent = {_name(row): row.line for row in self.rows if row.reference}
        for deletion in self.deletions:
            if last_sent.get(_name(deletion), 0) > deletion.line:
                continue
            taken, reason = self._taken_back(deletion)
            number += taken
            if reason:
                problems.append(_problem(deletion, reason))
        return TakenBack(number, problems)

    def _objection(self, row: BookRow, eans: dict[str, str]) -> str:
        name = _name(row)
        known = self._known.get(name)
        if late := _late(known, row.sent_at):
            return late
        before = eans.setdefault(name, row.ean)
        if known and not known.deleted_at:
            before = known.ean
        if before == row.ean:
            return ""
        return _("This record was of %(ean)s before; a record stays with its book.") % {
            "ean": before
        }

    def _taken_back(self, deletion: Deletion) -> tuple[bool, str]:
        """Whether the record was taken back just now, and what is in the way of that."""
        known = self._known.get(_name(deletion))
        if late := _late(known, deletion.sent_at):
            return False, late
        if known and deletion.ean not in ("", known.ean):
            reason = _("This record is of %(ean)s, and its deletion names another book.")
            return False, reason % {"ean": known.ean}
        book = self._book_of(deletion, known)
        if book is None or (known and known.deleted_at):
            return False, ""
        if book.stock > 0 or book.queue_length:
            reason = _("Its sender has deleted it, but copies of %(title)s are here, or awaited.")
            return False, reason % {"title": book.title}
        is_here = not book.is_withdrawn
        if is_here:
            withdrawal.withdraw(
                book_id=book.pk,
                reason=_("Its sender has deleted the record."),
                end_places=False,
                who=self.who,
                now=self.now,
            )
        if not deletion.reference:
            return is_here, ""
        said = {"sent_at": deletion.sent_at} if deletion.sent_at else {}
        FeedRecord.objects.update_or_create(
            reference=_name(deletion),
            defaults={"book": book, "deleted_at": self.now, "withdrew": is_here, **said},
        )
        return True, ""

    def _book_of(self, deletion: Deletion, known: _Known | None) -> Book | None:
        if known:
            return Book.objects.get(pk=known.book_id)
        return Book.objects.filter(ean=deletion.ean).first() if deletion.ean else None


def _known(names: set[str]) -> dict[str, _Known]:
    if not names:
        return {}
    found = FeedRecord.objects.filter(reference__in=names).values_list("reference", *_KNOWN)
    return {name: _Known(*values) for name, *values in found}


def _name(one: BookRow | Deletion) -> str:
    return one.reference[: FeedRecord.LONGEST]


def _late(known: _Known | None, sent_at: datetime | None) -> str:
    if known is None or not known.sent_at or not sent_at or sent_at >= known.sent_at:
        return ""
    when = formats.date_format(timezone.localtime(known.sent_at), "DATETIME_FORMAT")
    return _("An older message: this record was sent again on %(when)s.") % {"when": when}


def _problem(one: BookRow | Deletion, reason: str) -> Problem:
    name = _name(one)
    return Problem(one.line, _FIELD, name, reason, row_is_skipped=True, record=name)
