from typing import Any

from tests.bench.targets import (
    BOOK,
    CHECKOUT_STATEMENTS,
    COUNTERS,
    GROWTH,
    HOT,
    UNIFORM,
    checkout_failures,
    failures,
    growth_of,
    verdicts,
)

SMALL, LARGE = 10_000, 1_000_000


def page(
    *, of_empty: float = 0.9, cpu: float = 2.0, p95: float = 1.0, **counters: int
) -> dict[str, Any]:
    return {
        "load": {"python": cpu - 0.5, "postgres": 0.5},
        "of_empty": of_empty,
        "cpu_of_empty": 4 * cpu,
        "one_at_a_time": {"p95": p95, **dict.fromkeys(COUNTERS, 0), **counters},
    }


def test_a_page_that_meets_every_target_holds() -> None:
    results = {SMALL: {"book": page()}, LARGE: {"book": page()}}

    assert verdicts(results) == {SMALL: {"book": []}, LARGE: {"book": []}}


def test_each_missed_target_is_named() -> None:
    name = "list, drawn afresh"
    slow = page(of_empty=0.05, cpu=2.0 * GROWTH + 0.1, p95=30)
    results = {SMALL: {name: page()}, LARGE: {name: slow}}

    missed = verdicts(results)[LARGE][name]

    ratios = ["under 18% of empty", "1.35 times the CPU of the smallest"]
    assert missed == [*ratios, "p95 over 25 ms"]
    assert failures(results) == [f"{name} at 1,000,000 books: {ratio}" for ratio in ratios]


def test_a_page_that_asks_too_much_of_the_database_fails_the_run() -> None:
    slow, greedy = page(of_empty=0.01, p95=500), page(statements=5, buffers=40)
    results = {SMALL: {BOOK: slow}, LARGE: {BOOK: greedy}}

    assert failures(results) == [f"{BOOK} at 1,000,000 books: 5 statements, over 4"]
    assert verdicts(results)[LARGE][BOOK] == ["5 statements, over 4"]
    assert failures({LARGE: {BOOK: {"not_there": "404"}}}) == []


def test_a_search_is_held_against_the_book_page() -> None:
    figures = {BOOK: page(of_empty=0.2), "search: rare word": page(of_empty=0.1)}

    assert verdicts({LARGE: figures})[LARGE]["search: rare word"] == ["0.50 of book, under 0.8"]


def test_what_a_search_finds_more_is_not_held_against_it() -> None:
    for name, missed in {
        "search with facets": [],
        "search: typo": ["2.50 times the CPU of the smallest"],
    }.items():
        results = {SMALL: {name: page()}, LARGE: {name: page(cpu=5.0)}}

        assert verdicts(results)[LARGE][name] == missed


def test_a_page_that_is_not_built_yet_is_not_there() -> None:
    results = {SMALL: {"suggest": {"not_there": "404"}}, LARGE: {"suggest": page()}}

    assert verdicts(results)[SMALL] == {"suggest": ["not there"]}
    assert growth_of("suggest", LARGE, results) is None


def checkout(
    *, shop: float = 100, hot: float = 100, bare: float = 500, statements: int = CHECKOUT_STATEMENTS
) -> dict[str, Any]:
    return {
        "statements": [statements] * 3,
        "rates": {
            UNIFORM: {"shop": {"a_second": shop}, "bare": {"a_second": bare}},
            HOT: {"shop": {"a_second": hot}, "bare": {"a_second": bare}},
        },
    }


def test_a_checkout_that_meets_every_target_holds() -> None:
    assert checkout_failures(checkout()) == []


def test_orders_are_held_against_the_same_statements_sent_bare() -> None:
    slow = checkout(shop=70, hot=70)

    assert checkout_failures(slow) == [
        "checkout, uniform books: 14.0% of the same statements in pgbench, under 15%"
    ]


def test_one_hot_book_is_held_against_many() -> None:
    waiting = checkout(hot=79)

    assert checkout_failures(waiting) == [
        "checkout, one hot book: 79.0% of uniform books, under 80%"
    ]


def test_a_statement_more_or_less_fails_the_run() -> None:
    for statements in (CHECKOUT_STATEMENTS - 1, CHECKOUT_STATEMENTS + 1):
        missed = checkout_failures(checkout(statements=statements))

        assert missed == [f"checkout: {statements} statements, not {CHECKOUT_STATEMENTS}"]
