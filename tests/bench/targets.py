"""What must hold: the targets of the shop, checked against the figures of a run.

Milliseconds depend on the machine, so a run that misses some says so and no more. It fails by what
does not: ratios inside the one run, and what a page asks of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

type Figures = Mapping[str, Any]

# Of the requests per second of the empty view.
OF_EMPTY = {
    "list, drawn afresh": 0.18,
    "list, from cache": 0.35,
    "list, unchanged (304)": 0.75,
    "book": 0.12,
}
# Of those of the book page, both drawn afresh.
BOOK = "book, drawn afresh"
FRONT_PAGE = "front page of the admin"
OF_BOOK = {
    "search: common word": 0.8,
    "search: two words": 0.8,
    "search: rare word": 0.8,
    "search with facets": 0.4,
}
# Milliseconds of the server, one request at a time, at a million books.
P95 = {
    "list, drawn afresh": 25,
    "deep list": 25,
    "genre": 25,
    BOOK: 25,
    "search with facets": 50,
    "search: common word": 50,
    "search: rare word": 25,
    "search: two words": 25,
    "search: typo": 40,
    "suggest": 5,
    FRONT_PAGE: 150,
}
# The most that any one address may ask for, in a shop of any size: statements, buffers of 8 kB,
# and rows read.
AT_MOST = {
    "home": (0, 0, 0),
    "list, drawn afresh": (2, 2_500, 2_500),
    "list, from cache": (0, 0, 0),
    "list, unchanged (304)": (0, 0, 0),
    "deep list": (2, 200, 60),
    "genre": (3, 2_000, 1_500),
    "facets": (3, 2_500, 2_500),
    "search: common word": (5, 3_000, 3_000),
    "search: two words": (8, 2_000, 2_000),
    "search: rare word": (8, 1_500, 1_500),
    "search: typo": (9, 3_000, 3_000),
    "search: nothing": (7, 500, 100),
    "search with facets": (8, 4_000, 4_000),
    "suggest": (3, 500, 500),
    BOOK: (4, 1_000, 500),
    "book": (1, 10, 2),
    "basket": (3, 50, 30),
    # Sums of a month, and all orders by how they stand.
    FRONT_PAGE: (20, 120_000, 350_000),
}
# Orders a second, of the same statements sent by pgbench; and those of one hot book, of those of many.
OF_BARE, HOT_OF_UNIFORM = 0.15, 0.8
UNIFORM, HOT = "uniform books", "one hot book"
# Of one checkout, however many books, with the BEGIN and COMMIT of each transaction.
CHECKOUT_STATEMENTS = 9
COUNTERS = ("statements", "buffers", "rows")
LARGE = 1_000_000
# Times the processor that a page may use at a million books, of what it uses at ten thousand.
GROWTH, GROWTH_OF_SEARCH = 1.3, 2.0
# In a genre and a format a word finds two books of a small shop and hundreds of a large one: what
# that costs more is the result's and not the catalogue's. It is told, not judged. So is what orders
# cost, which only a large shop has.
NOT_COMPARED = {"search with facets", FRONT_PAGE}


def verdicts(results: Mapping[int, Figures]) -> dict[int, dict[str, list[str]]]:
    """For each catalogue and page what was missed, in words; an empty list where all holds."""
    return {
        books: {name: _missed(name, books, results) for name in figures}
        for books, figures in results.items()
    }


def failures(results: Mapping[int, Figures]) -> list[str]:
    """What no slow machine excuses, in words."""
    return [
        f"{name} at {books:,} books: {missed}"
        for books, figures in results.items()
        for name in figures
        for missed in _failed(name, books, results)
    ]


def checkout_failures(checkout: Figures) -> list[str]:
    """What the checkout has missed, in words. All of it is counted or compared within the run."""
    ratios = {UNIFORM: (of_bare(UNIFORM, checkout), OF_BARE, "the same statements in pgbench")}
    ratios[HOT] = hot_of_uniform(checkout), HOT_OF_UNIFORM, UNIFORM
    missed = [
        f"checkout, {name}: {ratio:.1%} of {beside}, under {least:.0%}"
        for name, (ratio, least, beside) in ratios.items()
        if ratio < least
    ]
    sent = set(checkout["statements"])
    if sent != {CHECKOUT_STATEMENTS}:
        counted = ", ".join(map(str, sorted(sent)))
        missed.append(f"checkout: {counted} statements, not {CHECKOUT_STATEMENTS}")
    return missed


def of_bare(name: str, checkout: Figures) -> float:
    rates = checkout["rates"][name]
    ratio: float = rates["shop"]["a_second"] / rates["bare"]["a_second"]
    return ratio


def hot_of_uniform(checkout: Figures) -> float:
    rates = checkout["rates"]
    ratio: float = rates[HOT]["shop"]["a_second"] / rates[UNIFORM]["shop"]["a_second"]
    return ratio


def _counted(name: str, page: Figures) -> list[str]:
    if name not in AT_MOST:
        return []
    asked = page["one_at_a_time"]
    return [
        f"{asked[counter]:,} {counter}, over {most:,}"
        for counter, most in zip(COUNTERS, AT_MOST[name], strict=True)
        if asked[counter] > most
    ]


def _missed(name: str, books: int, results: Mapping[int, Figures]) -> list[str]:
    page = results[books][name]
    if "not_there" in page:
        return ["not there"]
    is_slow = books >= LARGE and page["one_at_a_time"]["p95"] > P95.get(name, float("inf"))
    too_slow = [f"p95 over {P95[name]} ms"] if is_slow else []
    return _failed(name, books, results) + too_slow


def _failed(name: str, books: int, results: Mapping[int, Figures]) -> list[str]:
    figures = results[books]
    page = figures[name]
    if "not_there" in page:
        return []
    missed = _counted(name, page)
    if page["of_empty"] < OF_EMPTY.get(name, 0):
        missed.append(f"under {OF_EMPTY[name]:.0%} of empty")
    of_book = ratio_to_book(name, figures)
    if of_book is not None and of_book < OF_BOOK[name]:
        missed.append(f"{of_book:.2f} of book, under {OF_BOOK[name]}")
    growth = growth_of(name, books, results)
    if growth is not None and name not in NOT_COMPARED and growth > _most_growth(name):
        missed.append(f"{growth:.2f} times the CPU of the smallest")
    return missed


def ratio_to_book(name: str, figures: Figures) -> float | None:
    book = figures.get(BOOK, {})
    if name not in OF_BOOK or "load" not in book:
        return None
    ratio: float = figures[name]["of_empty"] / book["of_empty"]
    return ratio


def growth_of(name: str, books: int, results: Mapping[int, Figures]) -> float | None:
    """How much more of the processor a page uses than in the smallest catalogue of the run.

    Both are held against the empty view in the same seconds: a processor that others share is not
    as fast some minutes later.
    """
    smallest = min(results)
    before, after = results[smallest][name], results[books][name]
    if books == smallest or "load" not in before or "load" not in after:
        return None
    growth: float = after["cpu_of_empty"] / before["cpu_of_empty"]
    return growth


def _most_growth(name: str) -> float:
    return GROWTH_OF_SEARCH if "search" in name or name == "suggest" else GROWTH
