"""How many books a list has, in all and for each value of each facet.

Few are counted one by one. Of many some are counted, and the rest is estimated from the planner's
statistics, so that no page ever counts the whole catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Sum

from bookstore.replicas.reading import catalogue_connection
from catalog.models import FacetCount
from catalog.querysets import BookQuerySet, Statement
from catalog.tags import ALL_BOOKS, IN_STOCK, TO_PREORDER

from .facets import FACETS, stored_counts

# No list is counted further than its pages have numbers: each book costs a page of the table to
# be read.
MOST_COUNTED = 2_400
# Where more than this are expected, there are surely more pages than have numbers.
SURELY_MORE = 10_000
# So many are looked at of a list that is much longer, and of the lists without one of the facets.
SAMPLE = 500

_TALLY = """
SELECT {place}, {all_books}, count(*) FROM {name}
UNION ALL SELECT {place}, {in_stock}, count(*) FROM {name} WHERE in_stock
UNION ALL SELECT {place}, {to_preorder}, count(*) FROM {name} WHERE to_preorder
UNION ALL SELECT {place}, tag, count(*) FROM (SELECT unnest(tags) AS tag FROM {name}) carried
    WHERE tag BETWEEN {lowest} AND {highest} GROUP BY tag
"""


@dataclass(frozen=True)
class Tally:
    """Books by their tags. Where there are too many to count, of some of them."""

    counted: Mapping[int, int]
    # How many books there are in all; about so many if not all were counted.
    books: int
    is_exact: bool = True

    def of(self, tag: int) -> int:
        share = self.counted.get(tag, 0) / max(self.counted[ALL_BOOKS], 1)
        return round(share * self.books)

    def at_least(self, books: int) -> Tally:
        """The same, where it is known otherwise that there are so many books."""
        return self if self.is_exact else replace(self, books=max(self.books, books))


@dataclass(frozen=True)
class Counts:
    """The tally of a list, and for each facet that narrows it the tally without that facet."""

    listed: Tally
    without: Mapping[str, Tally]
    # The tags that narrow the list.
    chosen: frozenset[int] = frozenset()

    def of_facet(self, key: str) -> Tally:
        return self.without.get(key, self.listed)

    def of_value(self, key: str, tag: int) -> Tally:
        """The tally that knows best how many books have `tag`.

        Those that have one of the chosen tags of a facet are just the books that are listed.
        """
        whole = self.of_facet(key)
        return self.listed if tag in self.chosen and not whole.is_exact else whole


NOTHING = Counts(Tally({ALL_BOOKS: 0}, 0), {})


def stored(scope: int) -> Tally | None:
    """The books of a genre, or of the whole shop, as last counted; None if they never were."""
    counted = stored_counts(scope)
    return Tally(counted, counted[ALL_BOOKS]) if ALL_BOOKS in counted else None


def stored_by_genre(tags: Iterable[int]) -> Tally | None:
    """The books with one of these tags, of which none has two, by genre as last counted."""
    found = FacetCount.objects.filter(tag__in=list(tags)).values_list("scope")
    counted = dict(found.annotate(Sum("books")))
    return Tally(counted, counted[ALL_BOOKS]) if ALL_BOOKS in counted else None


def estimated(whole: Tally | None, tags: Iterable[int]) -> Tally | None:
    """Those of the books of `whole` that have one of `tags`, of which none has two, if they are many.

    How many they are is known; that they are spread over the other tags as the whole is, supposed.
    """
    books = sum(whole.of(tag) for tag in tags) if whole else 0
    return Tally(whole.counted, books, is_exact=False) if whole and books > MOST_COUNTED else None


def count(lists: Mapping[str, BookQuerySet], today: date) -> dict[str, Tally]:
    """The tallies of lists, in two queries.

    The list under "" is counted for all facets, one under the key of a facet for that alone.
    """
    keys = list(lists)
    facts = [_facts(books, today) for books in lists.values()]
    expected = _estimates(facts)
    limits = [_limit(key, books) for key, books in zip(keys, expected, strict=True)]
    tallies: dict[str, dict[int, int]] = {key: {ALL_BOOKS: 0} for key in keys}
    sql, params = _tally_sql(keys, facts, limits)
    with catalogue_connection().cursor() as cursor:
        cursor.execute(sql, params)
        for place, tag, books in cursor.fetchall():
            tallies[keys[place]][tag] = books
    return {
        key: Tally(tallies[key], tallies[key][ALL_BOOKS])
        if tallies[key][ALL_BOOKS] <= limit
        else Tally(tallies[key], max(books, limit + 1), is_exact=False)
        for key, limit, books in zip(keys, limits, expected, strict=True)
    }


def _limit(key: str, expected: int) -> int:
    return SAMPLE if key or expected > SURELY_MORE else MOST_COUNTED


def _facts(books: BookQuerySet, today: date) -> Statement:
    """What is counted of each book of a list, as SQL."""
    facts = books.order_by().annotate(
        now=BookQuerySet.is_in_stock(today), later=BookQuerySet.is_to_preorder(today)
    )
    return facts.values_list("tags", "now", "later").query.sql_with_params()


def _tally_sql(
    keys: Sequence[str], facts: Sequence[Statement], limits: Sequence[int]
) -> tuple[str, list[Any]]:
    parts: list[str] = []
    tallies: list[str] = []
    params: list[Any] = []
    for place, (key, (sql, values), limit) in enumerate(zip(keys, facts, limits, strict=True)):
        parts.append(
            f"listed_{place} (tags, in_stock, to_preorder) AS MATERIALIZED ({sql} LIMIT {limit + 1})"
        )
        params += values
        facet = FACETS.get(key)
        tallies.append(
            _TALLY.format(
                place=place,
                name=f"listed_{place}",
                lowest=facet.lowest if facet else -(2**31),
                highest=facet.highest if facet else 2**31 - 1,
                all_books=ALL_BOOKS,
                in_stock=IN_STOCK,
                to_preorder=TO_PREORDER,
            )
        )
    return f"WITH {', '.join(parts)} {' UNION ALL '.join(tallies)}", params


def _estimates(lists: Sequence[Statement]) -> list[int]:
    """How many books the planner expects of each list, in one query."""
    # Each stands in the plan by its name, whatever the planner makes of it.
    parts = [f"list_{place} AS MATERIALIZED ({sql})" for place, (sql, _) in enumerate(lists)]
    names = " UNION ALL ".join(f"SELECT FROM list_{place}" for place in range(len(lists)))
    params = [param for _sql, values in lists for param in values]
    with catalogue_connection().cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) WITH {', '.join(parts)} {names}", params)
        plan = cursor.fetchone()[0][0]["Plan"]
    expected = {part.get("Subplan Name"): part["Plan Rows"] for part in plan["Plans"]}
    return [int(expected[f"CTE list_{place}"]) for place in range(len(lists))]
