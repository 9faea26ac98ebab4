"""Finding books: which match, and in which order.

How well a book matches comes first: the whole title, the start of the title, the series with the
number in it, all words in the title, title and author, author, anything else. Then comes how well
it sells and is rated. Of the matches of a common word only those that sell best are looked at:
never all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from catalog.querysets import Statement, keys_of

from .config import SEARCH_CONFIG
from .query import Query

if TYPE_CHECKING:
    from catalog.querysets import BookQuerySet

# More matches than this are never ranked at one go: each costs a page of the table to be read.
MOST_RANKED = 1500
# So few are ranked at one go though their words are common: best sellers among them would not do.
FEW = 200
# More matches than this are not sorted by anything else either.
MOST_SORTED = 10_000
# A list by relevance ends here: 100 pages of 24.
MOST_FOUND = 2400

# Columns go without the name of their table, which is another one where the books are a subquery.
_KEY = r"split_part(search_text, E'\n', 1)"
_SERIES = r"split_part(search_text, E'\n', 5)"
_MATCHES = f"search @@ to_tsquery('{SEARCH_CONFIG}', %s)"


@dataclass(frozen=True)
class Match:
    """The books that hold the words of a query, and those whose title begins with its letters."""

    query: Query
    # The number of books that hold the rarest of the words.
    rarest: int
    # Whether the last word may be unfinished: then titles that begin with these letters match too.
    unfinished: bool = False

    @property
    def is_common(self) -> bool:
        """Whether there may be more matches than a list can sort or count."""
        return self.rarest > MOST_SORTED

    def limit(self, books: BookQuerySet) -> BookQuerySet:
        """Those of `books` that match."""
        sql, params = self._condition
        return books.filter(_boolean(sql, params))

    def best(
        self, books: BookQuerySet, start: int, stop: int, *, matches: int | None = None
    ) -> list[int]:
        """Ids of matching books from place `start` to before `stop`, best first.

        `matches` is how many of `books` match, where that is known: few are ranked at one go.
        """
        stop = min(stop, MOST_FOUND)
        found: list[int] = []
        are_few = self.rarest <= MOST_RANKED or (matches is not None and matches <= FEW)
        # One statement for all parts: to write each takes the ORM longer than to find its books.
        matching = self.limit(books).order_by().values_list("pk").query.sql_with_params()
        for part in self._parts(are_few=are_few):
            found += self._ranked(matching, part, stop - len(found))
            if len(found) >= stop:
                break
        return found[start:stop]

    def _parts(self, *, are_few: bool) -> Iterator[Statement]:
        """Conditions of parts, each better than the next, so that later ones are seldom needed."""
        if are_few:
            yield "TRUE", []
            return
        whole_title = f"{_KEY} = ANY(%s)"
        yield whole_title, [self.query.keys]
        for tier in (0, 1, 2):
            yield f"NOT {whole_title} AND tier = {tier}", [self.query.keys]

    def _ranked(self, matching: Statement, part: Statement, most: int) -> list[int]:
        (books, params), (condition, values), (quality, classes) = matching, part, self._class
        return keys_of(
            f"{books} AND {condition}"
            f" ORDER BY {quality}, bestseller_rank DESC, rating_rank DESC, id DESC LIMIT %s",
            [*params, *values, *classes, most],
        )

    @cached_property
    def _condition(self) -> tuple[str, list[Any]]:
        matches, params = _MATCHES, [self.query.tsquery()]
        if self.unfinished:
            likes = " OR ".join([f"{_KEY} LIKE %s"] * len(self.query.keys))
            return f"({matches} OR {likes})", [*params, *(f"{key}%" for key in self.query.keys)]
        return matches, params

    @cached_property
    def _class(self) -> tuple[str, list[Any]]:
        query = self.query
        text = "search_text"
        literal = [f"{key}\n{article} " for key, article in query.titles]
        cases: list[tuple[str, list[Any]]] = [
            (_starts(text, literal), literal),
            (_starts(text, query.keys), [f"{key}\n" for key in query.keys]),
            (_starts(text, query.keys), [f"{key} " for key in query.keys]),
            (f"{_SERIES} = ANY(%s)", [query.series]),
        ]
        if self.unfinished:
            cases.append((_starts(text, query.keys), query.keys))
        cases += [
            (_MATCHES, [query.tsquery("A")]),
            (_MATCHES, [query.tsquery("B")]),
            (_MATCHES, [query.tsquery("AB")]),
        ]
        # An author's own books stand behind those that have words of both.
        places = [*range(len(cases) - 2), len(cases) - 1, len(cases) - 2]
        whens = " ".join(
            f"WHEN {sql} THEN {place}" for (sql, _), place in zip(cases, places, strict=True)
        )
        params = [param for _, values in cases for param in values]
        return f"CASE {whens} ELSE {len(cases)} END", params


def _starts(column: str, beginnings: list[str]) -> str:
    return " OR ".join([f"starts_with({column}, %s)"] * len(beginnings))


def _boolean(sql: str, params: list[Any]) -> RawSQL:
    return RawSQL(sql, params, BooleanField())
