"""The figures of a run as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from .targets import (
    HOT,
    Figures,
    checkout_failures,
    growth_of,
    hot_of_uniform,
    of_bare,
    ratio_to_book,
    verdicts,
)

LOAD = ("req/s", "of empty", "of book", "p50 ms", "p95 ms", "CPU ms", "of it SQL", "CPU growth")
ONE = ("p50 ms", "p95 ms", "bare SQL ms", "statements", "buffers", "rows read")
CHECKOUT = (
    "orders/s",
    "of pgbench",
    "pgbench/s",
    "of uniform",
    "CPU ms",
    "of it SQL",
    "pgbench CPU ms",
)
WIDTH = 140


def show(results: Mapping[int, Figures], console: Console) -> None:
    """Two tables for each catalogue: under load, and one request at a time with the verdict."""
    judged = verdicts(results)
    # In a log, too, each page has one line.
    console.width = max(console.width, WIDTH)
    for books in results:
        console.print(_load_table(books, results))
        console.print(_one_at_a_time_table(books, results, judged[books]))


def show_checkout(checkout: Figures, console: Console) -> None:
    console.width = max(console.width, WIDTH)
    table = _table("Checkout, 2 processes, 8 connections; 8 clients of pgbench", CHECKOUT)
    for name in checkout["rates"]:
        table.add_row(name, *_checkout_cells(name, checkout))
    console.print(table)
    lock = checkout["lock"]
    console.print(f"Statements of a checkout of one, two and three books: {checkout['statements']}")
    console.print(
        f"Books are locked for {lock['half']:.1f} ms (p95 {lock['p95']:.1f}), one checkout at a time; "
        f"{lock['flushed']:.1f} ms of it wait for the disk."
    )
    missed = checkout_failures(checkout)
    console.print(_verdict(missed))


def _checkout_cells(name: str, checkout: Figures) -> list[str]:
    shop, bare = (checkout["rates"][name][kind] for kind in ("shop", "bare"))
    return [
        f"{shop['a_second']:.0f}",
        f"{of_bare(name, checkout):.1%}",
        f"{bare['a_second']:.0f}",
        f"{hot_of_uniform(checkout):.2f}" if name == HOT else "",
        f"{shop['python'] + shop['postgres']:.1f}",
        f"{shop['postgres']:.1f}",
        f"{bare['postgres']:.1f}",
    ]


def _load_table(books: int, results: Mapping[int, Figures]) -> Table:
    table = _table(f"{books:,} books, 2 processes, 4 connections", LOAD)
    for name, page in results[books].items():
        if "load" in page:
            table.add_row(name, *_load_cells(name, books, results))
        else:
            table.add_row(name, f"not there ({page['not_there']})")
    return table


def _load_cells(name: str, books: int, results: Mapping[int, Figures]) -> list[str]:
    page = results[books][name]
    load = page["load"]
    of_book = ratio_to_book(name, results[books])
    growth = growth_of(name, books, results)
    return [
        f"{load['requests_per_second']:.0f}",
        f"{page['of_empty']:.1%}",
        "" if of_book is None else f"{of_book:.2f}",
        f"{load['p50']:.1f}",
        f"{load['p95']:.1f}",
        f"{load['python'] + load['postgres']:.2f}",
        f"{load['postgres']:.2f}",
        "" if growth is None else f"{growth:.2f}",
    ]


def _one_at_a_time_table(
    books: int, figures: Mapping[int, Figures], judged: Mapping[str, list[str]]
) -> Table:
    table = _table(f"{books:,} books, one request at a time; at most", (*ONE, "verdict"))
    for name, page in figures[books].items():
        if "load" in page:
            table.add_row(name, *_time_cells(page["one_at_a_time"]), _verdict(judged[name]))
    return table


def _time_cells(times: Mapping[str, Any]) -> list[str]:
    milliseconds = [f"{times[key]:.1f}" for key in ("p50", "p95", "bare_sql")]
    return milliseconds + [f"{times[key]:,}" for key in ("statements", "buffers", "rows")]


def _verdict(missed: list[str]) -> str:
    return f"[red]{'; '.join(missed)}[/red]" if missed else "[green]holds[/green]"


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("page", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="left" if column == "verdict" else "right")
    return table
