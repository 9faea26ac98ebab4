"""`make bench-import`: how fast a feed comes into a shop of a million books, new and known.

It works on a copy of the bench's catalogue, which it takes away at the end.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from stdnum.ean import calc_check_digit

from . import catalogues

BOOKS = 1_000_000
NEW = 100_000
# Imported before, since no shop in service is as cold as a copy that was made just now.
WARMING = 10_000
# What the shop wants. How many new books a second depends on the machine, and is told and no more;
# how many times as fast known ones are passed over is judged.
NEW_A_SECOND = 5_000
KNOWN_TIMES_NEW = 3
# No made-up catalogue has numbers that begin so.
_BLOCK = "979999"
_COPY = "bench_import"
_HEADER = ("isbn13", "title", "authors", "genres", "publisher", "published_on", "pages", "format")
_BOOKS = """
SELECT book.title,
    (SELECT string_agg(person.name, '; ') FROM catalog_contribution link
        JOIN catalog_contributor person ON person.id = contributor_id WHERE book_id = book.id),
    (SELECT string_agg(concat_ws(' > ', above.name, genre.name), '; ')
        FROM catalog_book_genres link JOIN catalog_genre genre ON genre.id = genre_id
        LEFT JOIN catalog_genre above ON above.id = genre.parent_id WHERE book_id = book.id),
    publisher_name, published_on, pages, format, text.description
FROM catalog_book book LEFT JOIN catalog_booktext text ON text.book_id = book.id
ORDER BY book.id LIMIT %s
"""

type Book = tuple[str, str, str, str, date, int, str, str]


def main() -> int:
    console = Console()
    with catalogues.server() as server, tempfile.TemporaryDirectory() as folder:
        catalogues.prepare(server, BOOKS)
        warming, feed = Path(folder) / "warming.csv", Path(folder) / "feed.csv"
        books = list(_new(_books(server)))
        _write_feed(warming, books[:WARMING])
        _write_feed(feed, books[WARMING:])
        with catalogues.copied(server, BOOKS, _COPY):
            _rows_a_second(warming)
            new, known = _rows_a_second(feed), _rows_a_second(feed)
    console.print(_table(new, known))
    if known < KNOWN_TIMES_NEW * new:
        console.print(
            f"[red]known books less than {KNOWN_TIMES_NEW} times as fast as new ones[/red]"
        )
        return 1
    return 0


def _books(server: catalogues.Server) -> list[Book]:
    with catalogues.connected(server, catalogues.database_of(BOOKS)) as connection:
        return connection.execute(_BOOKS, [WARMING + NEW]).fetchall()


def _write_feed(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*_HEADER, "description"])
        table.writerows(rows)


def _new(books: list[Book]) -> Iterator[tuple[object, ...]]:
    """Books like those that are there, each with half the title of another; some by new people."""
    for place, (title, people, *rest) in enumerate(books):
        number = f"{_BLOCK}{place:06d}"
        by = f"Somebody New {place}" if place % 10 == 0 else people
        other = books[place * 7919 % len(books)][0]
        yield number + calc_check_digit(number), _mixed(title, other), by, *rest


def _mixed(one: str, other: str) -> str:
    first, last = one.split(), other.split()
    return " ".join([*first[: -(-len(first) // 2)], *last[len(last) // 2 :]])


def _rows_a_second(path: Path) -> int:
    """As the command says, which counts from its beginning, when Django is set up, to its end."""
    report = path.with_suffix(".report.csv")
    options = ["--price=9.99", "--stock=3", f"--report={report}"]
    command = [sys.executable, "manage.py", "import_books", str(path), *options]
    done = subprocess.run(
        command,
        cwd=catalogues.PROJECT,
        env=catalogues.environment(_COPY),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = re.search(r"(\d+) rows a second", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout)
    return int(found[1])


def _table(new: int, known: int) -> Table:
    table = Table(title=f"{NEW:,} rows into {BOOKS:,} books")
    for column in ("rows", "a second", "wanted"):
        table.add_column(column, justify="left" if column == "rows" else "right")
    table.add_row("new", f"{new:,}", f"{NEW_A_SECOND:,}")
    table.add_row("known, unchanged", f"{known:,}", f"{KNOWN_TIMES_NEW * new:,}")
    return table


if __name__ == "__main__":
    sys.exit(main())
