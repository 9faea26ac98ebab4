"""The files in which whoever imports a feed reads what was wrong with it, and what it would change."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TextIO

from django.utils.translation import gettext as _

from catalog.spreadsheets import harmless

from .differences import Difference
from .rows import Problem


class _TableFile:
    """A CSV file that is written as its rows come; without any there is no file.

    Fields that a spreadsheet would take for a formula begin with an apostrophe.
    """

    header: ClassVar[Sequence[str]]

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows = 0
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def _write(self, row: Iterable[object]) -> None:
        if not self._file:
            assert self.path
            # The mark in front tells Excel that this is UTF-8.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(self.header)
        self._writer.writerow([harmless(str(field)) for field in row])
        self.rows += 1


def told(problem: Problem) -> tuple[object, ...]:
    """A row of ReportFile."""
    outcome = _("row skipped") if problem.row_is_skipped else _("value left out")
    texts = (problem.record, problem.field, problem.value, problem.reason)
    return (problem.line, *texts, outcome)


class ReportFile(_TableFile):
    """What was wrong."""

    header = ("line", "record", "field", "value", "reason", "outcome")

    def add(self, problem: Problem) -> None:
        self._write(told(problem))


class ChangesFile(_TableFile):
    """What would be another than it is."""

    header = ("ean", "field", "before", "after")

    def add(self, found: Iterable[Difference]) -> None:
        for one in found:
            self._write(one)
