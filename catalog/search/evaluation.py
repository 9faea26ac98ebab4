"""How often search finds the right book first, measured on cases with known answers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from catalog.models import Book

from .reading import read

COLUMNS = ("query", "expected_isbn", "kind", "acceptable_isbns")
LOOKED_AT = 24


class CannotEvaluate(Exception):
    """The file is not one of cases; str() says why."""


@dataclass(frozen=True)
class Case:
    """What somebody types, and the EANs that are right; none means that nothing must be found."""

    query: str
    kind: str
    right: frozenset[str]


@dataclass(frozen=True)
class Result:
    """The place of the first right book, from 1 on; 0 if it is not among the first 24."""

    case: Case
    place: int
    found: Sequence[str]


@dataclass(frozen=True)
class Score:
    """Success at 1 and at 5, and the mean reciprocal rank, of some results."""

    cases: int
    at_1: float
    at_5: float
    reciprocal: float

    @classmethod
    def of(cls, results: Sequence[Result]) -> Score:
        places = [result.place for result in results]
        return cls(
            cases=len(places),
            at_1=sum(place == 1 for place in places) / len(places),
            at_5=sum(1 <= place <= 5 for place in places) / len(places),
            reciprocal=sum(1 / place for place in places if place) / len(places),
        )


def read_cases(path: Path) -> list[Case]:
    """The cases of a CSV file. Raises CannotEvaluate if it is none, OSError if it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = sorted(set(COLUMNS) - set(rows.fieldnames or ()))
            if missing:
                text = _("%(path)s has no column %(columns)s.")
                raise CannotEvaluate(text % {"path": path, "columns": ", ".join(missing)})
            cases = [_case(row) for row in rows]
    except csv.Error as error:
        raise CannotEvaluate(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise CannotEvaluate(_("%(path)s is not UTF-8 text.") % {"path": path}) from error
    if not cases:
        raise CannotEvaluate(_("%(path)s has no cases.") % {"path": path})
    return cases


def _case(row: dict[str, str]) -> Case:
    right = {row["expected_isbn"], *(row["acceptable_isbns"] or "").split()} - {""}
    return Case(row["query"], row["kind"], frozenset(right))


def evaluate(cases: Iterable[Case]) -> Iterator[Result]:
    """Search for each case as the page /books/?q= does."""
    for case in cases:
        ids = read(case.query).best(Book.objects.on_sale(), 0, LOOKED_AT)
        eans = dict(Book.objects.filter(pk__in=ids).values_list("pk", "ean"))
        found = [eans[pk] for pk in ids]
        yield Result(case, _place(case, found), found)


def _place(case: Case, found: Sequence[str]) -> int:
    if not case.right:
        return 0 if found else 1
    return next((place for place, ean in enumerate(found, 1) if ean in case.right), 0)
