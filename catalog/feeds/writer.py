"""Writes books from feeds: new ones are made, known ones changed only where the feed differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper

from catalog import works

from . import staging, upsert
from .derived import FOLDED, Derived, derived_for, derived_for_new, work_key_of
from .locked import Locks, locks_of, tells_work, without_locked
from .moods import DEFAULT_MOOD
from .references import GenrePlace, Path, find_or_make_genres, make_missing
from .rows import BookRow

type OpenStock = Callable[[Mapping[str, int]], None]
type Genres = Mapping[Path, GenrePlace]


@dataclass(frozen=True)
class WriteResult:
    """Ids of the books that were made, by EAN; EANs of those that were changed; the number of others."""

    created: Mapping[str, int]
    updated: frozenset[str]
    unchanged: int


class _Target(NamedTuple):
    """A book to be made or changed: its row's place in the batch, and in what the two differ."""

    line: int
    book_id: int
    itself: bool
    people: bool
    genres: bool
    description: bool
    work_key: str | None
    # What follows for a new book; None for one that is there.
    new: Derived | None

    @property
    def is_new(self) -> bool:
        return self.new is not None


def write_books(
    rows: Sequence[BookRow],
    *,
    now: datetime,
    price_for_new: Decimal | None = None,
    open_stock: OpenStock | None = None,
    derived: Sequence[Derived] = (),
) -> WriteResult:
    """Make or update one book for each row, in about 30 statements for any number of rows.

    `open_stock` is called with the ids of new books by EAN just before they are written, so that
    they start with the copies that it books for them. `derived` is derived_for_new() of each row,
    where somebody has worked that out already.
    Must run inside a transaction, with an EAN at most once. What a row does not say stays as it
    is, and so does what staff locked; a book that the row agrees with is not written. Stock and
    withdrawal are never touched.
    Raises IntegrityError if others add, delete or lock the same books or people just now; a second
    try in a new transaction finds what is there then.
    """
    with connection.cursor() as cursor:
        locks = locks_of(cursor, rows)
        rows = without_locked(rows, locks)
        genres = find_or_make_genres(cursor, (path for row in rows for path in row.genres))
        staging.clear(cursor)
        staging.copy(cursor, "feed_row", staged(rows, genres))
        targets = _targets(cursor, rows, derived, locks)
        created = {rows[target.line].ean: target.book_id for target in targets if target.is_new}
        if open_stock and created:
            open_stock(created)
        if targets:
            staging.copy(cursor, "feed_book", list(_books(cursor, targets, rows, genres, locks)))
            staging.copy(cursor, "feed_person", _people(targets, rows))
            cursor.execute(upsert.MAKE_WORKS)
            make_missing(cursor)
            for statement in upsert.WRITE:
                cursor.execute(statement, {"now": now, "price": price_for_new})
    updated = frozenset(rows[target.line].ean for target in targets if not target.is_new)
    return WriteResult(created, updated, len(rows) - len(targets))


def staged(rows: Sequence[BookRow], genres: Genres) -> Iterator[Sequence[Any]]:
    """The rows in the order of the columns of feed_row."""
    for line, row in enumerate(rows):
        yield (
            line,
            row.ean,
            row.title or None,
            row.subtitle or None,
            row.byline or None,
            row.language or None,
            row.publisher or None,
            row.series or None,
            row.series_number or None,
            row.published_on,
            row.published_precision or None,
            row.on_sale_on,
            row.publishing_status or None,
            row.pages,
            row.height_mm,
            row.width_mm,
            row.thickness_mm,
            row.weight_g,
            row.format or None,
            row.price,
            row.outside_rating,
            row.outside_ratings,
            row.tax_class or None,
            "\n".join([f"{role}{name}" for name, role in row.contributors]) or None,
            _array({genres[path].id for path in row.genres}) if row.genres else None,
            row.description or None,
        )


def _targets(
    cursor: CursorWrapper, rows: Sequence[BookRow], derived: Sequence[Derived], locks: Locks
) -> list[_Target]:
    """The books to be written; new ones get their ids here."""
    cursor.execute(upsert.DIFFERING)
    differing = cursor.fetchall()
    new = sum(book_id is None for _line, book_id, *_differs in differing)
    cursor.execute(upsert.NEW_IDS, [new])
    ids = iter(cursor.fetchone()[0] or ())
    targets = []
    for line, book_id, itself, people, genres, description, lacks_work in differing:
        parts = (people, genres, description)
        if book_id is None:
            if rows[line].ean in locks:
                raise IntegrityError("A book was deleted just now.")
            follows = derived[line] if derived else derived_for_new(rows[line])
            targets.append(_Target(line, next(ids), True, *parts, follows.work_key, follows))
            continue
        key = work_key_of(rows[line]) if lacks_work and tells_work(rows[line], locks) else None
        if itself or any(parts) or key:
            targets.append(_Target(line, book_id, bool(itself or key), *parts, key, None))
    return targets


def _books(
    cursor: CursorWrapper,
    targets: Sequence[_Target],
    rows: Sequence[BookRow],
    genres: Genres,
    locks: Locks,
) -> Iterator[Sequence[Any]]:
    """The books in the order of the columns of feed_book, once they and their siblings are held."""
    texts = _hold(cursor, targets, rows, locks)
    for target in targets:
        row = rows[target.line]
        follows = target.new or derived_for(row, texts[target.book_id])
        yield (
            target.line,
            target.book_id,
            target.is_new,
            target.itself,
            target.genres,
            target.description,
            follows.slug,
            follows.sort_title,
            follows.search_text,
            _mood(row, genres),
            _tags(row, genres),
            target.work_key,
            works.title_of(row.title) if target.work_key else None,
        )


def _hold(
    cursor: CursorWrapper, targets: Sequence[_Target], rows: Sequence[BookRow], locks: Locks
) -> Mapping[int, Mapping[str, str]]:
    """Wait for the books and their siblings, so that nobody else changes them; their texts by id."""
    present = {target.book_id: rows[target.line].ean for target in targets if not target.is_new}
    work_keys = [target.work_key for target in targets if target.work_key]
    cursor.execute(upsert.LOCK, [list(present), work_keys])
    found = {pk: (locked, texts) for pk, locked, *texts in cursor.fetchall()}
    if not found.keys() >= present.keys():
        raise IntegrityError("A book was deleted just now.")
    if any(found[pk][0] != list(locks.get(ean, ())) for pk, ean in present.items()):
        raise IntegrityError("What feeds leave alone was changed just now.")
    return {pk: dict(zip(FOLDED, texts, strict=True)) for pk, (_locked, texts) in found.items()}


def _mood(row: BookRow, genres: Genres) -> str:
    moods = (genres[path].mood for path in row.genres)
    return next((mood for mood in moods if mood != DEFAULT_MOOD), DEFAULT_MOOD)


def _tags(row: BookRow, genres: Genres) -> str:
    """The genres of `row` and all above them, as a new book is tagged with them."""
    branches = ([path[:end] for end in range(1, len(path) + 1)] for path in row.genres)
    return _array({genres[path].id for branch in branches for path in branch})


def _people(targets: Sequence[_Target], rows: Sequence[BookRow]) -> Iterator[Sequence[Any]]:
    """The people in the order of the columns of feed_person."""
    for target in targets:
        if target.people:
            for position, (name, role) in enumerate(rows[target.line].contributors):
                yield target.book_id, position, str(role), name


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, sorted(numbers))) + "}"
