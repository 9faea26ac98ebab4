"""Reads an ONIX feed batch by batch, as catalog/feeds/reading.py has it."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from catalog.feeds.reading import Batch, Read, gathered
from catalog.feeds.rows import BookRow, Problem
from catalog.feeds.values import BadValue

from .dates import read_sent
from .product import Habits, Product
from .record import read_record
from .source import BrokenOff, Piece, Source, open_source
from .tree import NOTHING, Composite, NotWellFormed, parse


class OnixReader:
    """One pass through a feed of ONIX 2.1, 3.0 or 3.1. Raises CannotReadFeed if it is none."""

    def __init__(self, path: Path, *, today: date) -> None:
        source = open_source(path)
        self._problems: list[Problem] = []
        header = self._header(source)
        self._habits = Habits.of(today, header)
        self._sent_at = self._sent(header)
        self._pieces = source.pieces()
        self._first_lines: dict[str, int] = {}
        self._position = 0
        self._broken: BrokenOff | None = None

    def read(self, size: int, *, with_derived: bool) -> Batch:
        """The next `size` records; at the end of the feed fewer, and then none.

        Where the file breaks off, what came before it is given first; only then BrokenOff is raised.
        """
        batch = gathered(map(self._read, self._next(size)), with_derived=with_derived)
        of_header, self._problems = self._problems, []
        return batch._replace(problems=[*of_header, *batch.problems], position=self._position)

    def _next(self, size: int) -> list[Piece]:
        if self._broken:
            raise self._broken
        pieces: list[Piece] = []
        try:
            for piece in islice(self._pieces, size):
                pieces.append(piece)
        except BrokenOff as error:
            if not pieces:
                raise
            self._broken = error.with_traceback(None)
        return pieces

    def _read(self, piece: Piece) -> Read:
        self._position = piece.position
        try:
            if piece.problem:
                raise NotWellFormed(piece.problem)
            root = parse(piece.xml)
        except NotWellFormed as error:
            return None, [Problem(piece.line, "Product", "", str(error), row_is_skipped=True)]
        product = Product(piece.line, root, self._habits)
        found = read_record(product, self._sent_at)
        if found is None:
            # Of a record that is skipped only the reasons for it are of interest.
            return None, [problem for problem in product.problems if problem.row_is_skipped][:1]
        if isinstance(found, BookRow) and (first := self._first_line(found)) != found.line:
            reason = _("The same book as in line %(line)d.") % {"line": first}
            product.skip("IDValue", found.ean, reason)
            return None, product.problems[-1:]
        return found, product.problems

    def _first_line(self, row: BookRow) -> int:
        return self._first_lines.setdefault(row.ean, row.line)

    def _header(self, source: Source) -> Composite:
        try:
            return parse(source.header) if source.header else NOTHING
        except NotWellFormed as error:
            self._problems.append(Problem(1, "Header", "", str(error)))
            return NOTHING

    def _sent(self, header: Composite) -> datetime | None:
        text = header.text("SentDateTime", "SentDate")
        try:
            return read_sent(text) if text else None
        except BadValue as error:
            self._problems.append(Problem(1, "SentDateTime", text[:80], str(error)))
            return None
