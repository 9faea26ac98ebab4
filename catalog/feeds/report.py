"""The file in which whoever imports a feed reads what was wrong with it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Self, TextIO

from django.utils.translation import gettext as _

from catalog.spreadsheets import harmless

from .rows import Problem


class ReportFile:
    """A CSV file of problems, written as they are met; without any there is no file.

    Fields that a spreadsheet would take for a formula begin with an apostrophe.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems = 0
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def add(self, problem: Problem) -> None:
        if not self._file:
            # The mark in front tells Excel that this is UTF-8.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "field", "value", "reason", "outcome"])
        outcome = _("row skipped") if problem.row_is_skipped else _("value left out")
        row = [problem.field, problem.value, problem.reason, outcome]
        self._writer.writerow([problem.line, *map(harmless, row)])
        self.problems += 1
