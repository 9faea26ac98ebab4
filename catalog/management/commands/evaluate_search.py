from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bookstore.commands import TaughtByExample
from catalog.search.evaluation import (
    CannotEvaluate,
    Case,
    Result,
    Score,
    evaluate,
    read_cases,
)

EXAMPLE = """
example:
  manage.py evaluate_search cases.csv --misses

The file needs the columns query and expected_isbn; kind groups the figures, and acceptable_isbns
names other editions that count as right. An empty expected_isbn: the search must find nothing.
Nothing is changed, and the shop's readers notice nothing but the load.

exit status: 0 measured, 1 the file is no such table
"""


class Command(TaughtByExample):
    help = (
        "Say how often search finds the right book: success at 1 and at 5 and the mean reciprocal "
        "rank, for a CSV file of cases."
    )
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file of cases")
        parser.add_argument(
            "--misses", action="store_true", help="also list the cases whose book was not first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cases = read_cases(options["file"])
        except (CannotEvaluate, OSError) as error:
            raise CommandError(str(error)) from error
        results = self._run(cases)
        Console(file=cast(IO[str], self.stdout), width=100).print(_table(results))
        if options["misses"]:
            for result in results:
                if result.place != 1:
                    case = result.case
                    self.stdout.write(f"{case.kind}: {case.query!r} at {result.place or '-'}")

    def _run(self, cases: list[Case]) -> list[Result]:
        console = Console(file=cast(IO[str], self.stderr))
        return list(track(evaluate(cases), _("Searching"), len(cases), console=console))


def _table(results: list[Result]) -> Table:
    kinds: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results:
        kinds[result.case.kind].append(result)
    table = Table(_("kind"), show_footer=False)
    for heading in (_("cases"), _("success@1"), _("success@5"), _("MRR")):
        table.add_column(heading, justify="right")
    for kind in sorted(kinds):
        table.add_row(kind, *_figures(kinds[kind]))
    table.add_section()
    table.add_row(_("in all"), *_figures(results))
    return table


def _figures(results: list[Result]) -> tuple[str, str, str, str]:
    score = Score.of(results)
    return (
        str(score.cases),
        f"{score.at_1:.1%}",
        f"{score.at_5:.1%}",
        f"{score.reciprocal:.3f}",
    )
