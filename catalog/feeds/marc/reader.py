"""Reads a file of MARC 21 records (ISO 2709) batch by batch: its rows as books, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from catalog.feeds.csv_reader import CannotReadFeed, NotAFile, beginning_of
from catalog.feeds.reading import Batch, Deletion, Read, gathered
from catalog.feeds.rows import Problem

from .books import BookReader, reference_of, sent_at
from .records import END_OF_FIELD, END_OF_RECORD, LONGEST, BadRecord, PymarcMissing, parse, pieces

_DELETED = "d"


class NotMarc(CannotReadFeed):
    def __init__(self, path: Path) -> None:
        text = _("%(path)s is not a file of MARC 21 records (ISO 2709).")
        super().__init__(text % {"path": path})


class MarcReader:
    """One pass through a file of records. Raises CannotReadFeed if it is none.

    A line is the number of a record in the file.
    """

    def __init__(self, path: Path, *, today: date) -> None:
        if find_spec("pymarc") is None:
            raise PymarcMissing
        _look_over(path)
        self._path = path
        self._today = today
        self._pieces = self._read_pieces()
        self._first: dict[str, int] = {}
        self._position = 0
        self._number = 0

    def read(self, size: int, *, with_derived: bool) -> Batch:
        """The next `size` records; at the end of the file fewer, and then none."""
        batch = gathered(map(self._read, islice(self._pieces, size)), with_derived=with_derived)
        return batch._replace(position=self._position)

    def _read_pieces(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            for piece in pieces(file):
                self._position = file.tell()
                yield piece

    def _read(self, piece: bytes) -> Read:
        self._number += 1
        number = self._number
        try:
            record = parse(piece)
        except BadRecord as error:
            return None, [Problem(number, _("record"), "", str(error), row_is_skipped=True)]
        reader = BookReader(number, record, today=self._today)
        if record.leader[5] == _DELETED:
            return Deletion(number, reference_of(record), reader.ean(), sent_at(record)), []
        book, problems = reader.read()
        if book and (first := self._first.setdefault(book.ean, number)) != number:
            reason = _("The same book as in record %(number)d.") % {"number": first}
            again = Problem(number, "020", book.ean, reason, True, record=reader.name)
            return None, [again]
        return book, problems


def _look_over(path: Path) -> None:
    """Raise CannotReadFeed unless the file begins as one of records does."""
    try:
        start = beginning_of(path, LONGEST + 1, blank=None)
    except OSError as error:
        raise NotAFile(path, error.strerror or str(error)) from error
    if END_OF_FIELD not in start or END_OF_RECORD not in start:
        raise NotMarc(path)
