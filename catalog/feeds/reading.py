"""Reads a feed batch by batch: its rows as books, what follows from them, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _

from .csv_reader import Line, open_feed
from .derived import Derived, derived_for_new
from .rows import BookRow, Problem, RowParser


class Deletion(NamedTuple):
    """A record that its sender takes back: not a book that is out of print, but one never to be named."""

    line: int
    reference: str
    # Empty where the record names no book.
    ean: str
    sent_at: datetime | None = None


class Batch(NamedTuple):
    """Some lines of a feed, read."""

    rows: Sequence[BookRow]
    # What follows from each row for a new book, or nothing where that was not asked for.
    derived: Sequence[Derived]
    problems: Sequence[Problem]
    skipped: int
    # How many bytes of the file are read by now.
    position: int
    deletions: Sequence[Deletion] = ()

    @property
    def lines(self) -> int:
        return len(self.rows) + len(self.deletions) + self.skipped


class Reader(Protocol):
    """One pass through a feed of any kind, made with its path and today's date.

    Making one raises CannotReadFeed if the file is no such feed.
    """

    def __init__(self, path: Path, *, today: date) -> None: ...

    def read(self, size: int, *, with_derived: bool) -> Batch:
        """The next `size` records; at the end of the feed fewer, and then none."""
        ...


# What a reader makes of one record, and all that is wrong with it.
type Read = tuple[BookRow | Deletion | None, Sequence[Problem]]


def gathered(records: Iterable[Read], *, with_derived: bool) -> Batch:
    """The batch of some records. What it begins with and where it ends its reader adds."""
    rows: list[BookRow] = []
    deletions: list[Deletion] = []
    problems: list[Problem] = []
    skipped = 0
    for found, noted in records:
        problems += noted
        if isinstance(found, Deletion):
            deletions.append(found)
        elif found:
            rows.append(found)
        else:
            skipped += 1
    derived = [derived_for_new(row) for row in rows] if with_derived else ()
    return Batch(rows, derived, problems, skipped, 0, deletions)


class FeedReader:
    """One pass through a feed. Raises CannotReadFeed if it is none."""

    def __init__(self, path: Path, *, today: date) -> None:
        feed = open_feed(path)
        self._parser = (
            RowParser.for_own()
            if feed.is_ours
            else RowParser.for_feed(feed.header, feed.sample(), today=today)
        )
        self._lines = feed.lines()
        self._first_lines: dict[str, int] = {}
        self._position = 0

    def read(self, size: int, *, with_derived: bool) -> Batch:
        """The next `size` lines; at the end of the feed fewer, and then none."""
        batch = gathered(map(self._read, islice(self._lines, size)), with_derived=with_derived)
        return batch._replace(position=self._position)

    def _read(self, line: Line) -> Read:
        self._position = line.position
        if line.problem:
            return None, [Problem(line.number, _("row"), "", line.problem, row_is_skipped=True)]
        book, problems = self._parser.parse(line.number, line.fields)
        if book and (first := self._first_lines.setdefault(book.ean, line.number)) != line.number:
            reason = _("The same book as in line %(line)d.") % {"line": first}
            return None, [Problem(line.number, "isbn", book.ean, reason, row_is_skipped=True)]
        return book, problems
