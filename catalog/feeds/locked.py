"""What staff locked against feeds: to a book, a row says nothing of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.backends.utils import CursorWrapper

from catalog.locks import Lock

from .rows import BookRow

# By EAN; books without locks, nearly all, are not in it.
type Locks = Mapping[str, Collection[str]]

ROW_FIELDS: Mapping[str, Sequence[str]] = {
    Lock.TITLE: ["title"],
    Lock.SUBTITLE: ["subtitle"],
    Lock.CONTRIBUTORS: ["contributors"],
    Lock.SERIES: ["series", "series_number"],
    Lock.PUBLISHER: ["publisher"],
    Lock.LANGUAGE: ["language"],
    Lock.GENRES: ["genres"],
    Lock.DESCRIPTION: ["description"],
    Lock.PRICE: ["price"],
    Lock.TAX: ["tax_class"],
    Lock.DATES: ["published_on", "published_precision", "on_sale_on"],
    Lock.STATUS: ["publishing_status"],
    Lock.FORMAT: ["format"],
    Lock.MEASURES: ["pages", "height_mm", "width_mm", "thickness_mm", "weight_g"],
}
_NOTHING = {"title": "", **BookRow._field_defaults}
# What tells the work of a book. Of one that staff put right, a feed knows no longer.
_OF_WORKS = {Lock.TITLE, Lock.CONTRIBUTORS, Lock.SERIES}
_LOCKED = """
SELECT ean, locked_fields FROM catalog_book WHERE ean = ANY(%s) AND locked_fields <> '{}'
"""


def locks_of(cursor: CursorWrapper, rows: Sequence[BookRow]) -> Locks:
    cursor.execute(_LOCKED, [[row.ean for row in rows]])
    return dict(cursor.fetchall())


def without_locked(rows: Sequence[BookRow], locks: Locks) -> Sequence[BookRow]:
    """The rows, each saying nothing of what its book has locked."""
    if not locks:
        return rows
    return [_without(row, locks[row.ean]) if row.ean in locks else row for row in rows]


def _without(row: BookRow, locks: Collection[str]) -> BookRow:
    fields = [name for lock in locks for name in ROW_FIELDS[lock]]
    return row._replace(**{name: _NOTHING[name] for name in fields})


def tells_work(row: BookRow, locks: Locks) -> bool:
    """Whether a feed may bring the book of a row to a work."""
    return _OF_WORKS.isdisjoint(locks.get(row.ean, ()))
