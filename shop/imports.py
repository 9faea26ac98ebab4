"""Feeds come in: books into the catalogue, and with them the copies that new books begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import batched
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from catalog import stock as stock_ledger
from catalog.feeds.csv_reader import Feed, Line, open_feed
from catalog.feeds.rows import BookRow, Problem, RowParser
from catalog.feeds.writer import Derived, WriteResult, derived_for_new, write_books
from catalog.search import suggestions, vocabulary

from . import lists

# Books of a batch that are changed wait for its end, and so does whoever buys one of them.
BATCH = 2000
# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_341
_LOADED = """
catalog_book, catalog_book_genres, catalog_booktext, catalog_contribution, catalog_contributor,
catalog_genre, catalog_publisher, catalog_series, catalog_work
"""
_SEARCHED = (
    "catalog_book_search_and_tags",
    "catalog_book_search_tier_0",
    "catalog_book_search_tier_1",
)


class CannotImport(Exception):
    """Base of every refusal to import; str() is for the operator, and nothing was changed."""


class ImportIsRunning(CannotImport):
    def __init__(self) -> None:
        super().__init__(_("Another import is running. Please wait until it has ended."))


class WrongTerms(CannotImport):
    """A price or a stock that no book can have."""


@dataclass
class ImportSummary:
    """What became of the rows of a feed, counted while it is read."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    values_left_out: int = 0
    position: int = 0

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped

    def count(self, result: WriteResult) -> None:
        self.created += len(result.created)
        self.updated += len(result.updated)
        self.unchanged += result.unchanged


@dataclass
class _Reading:
    """One pass through a feed: which books came up already, and where problems go."""

    feed: Feed
    parser: RowParser
    report: Callable[[Problem], None]
    summary: ImportSummary
    seen: dict[str, int] = field(default_factory=dict)

    def books(self) -> Iterator[BookRow]:
        for line in self.feed.lines():
            self.summary.position = line.position
            book, problems = self._read(line)
            for problem in problems:
                self.report(problem)
                self.summary.values_left_out += not problem.row_is_skipped
            if book:
                yield book
            else:
                self.summary.skipped += 1

    def _read(self, line: Line) -> tuple[BookRow | None, list[Problem]]:
        if line.problem:
            return None, [Problem(line.number, _("row"), "", line.problem, row_is_skipped=True)]
        book, problems = self.parser.parse(line.number, line.fields)
        if book and (first := self.seen.setdefault(book.ean, line.number)) != line.number:
            reason = _("The same book as in line %(line)d.") % {"line": first}
            return None, [Problem(line.number, "isbn", book.ean, reason, row_is_skipped=True)]
        return book, problems


def import_feed(
    *,
    path: Path,
    price: Decimal | None,
    stock: int,
    dry_run: bool,
    now: datetime,
    report: Callable[[Problem], None],
    progress: Callable[[ImportSummary], None],
) -> ImportSummary:
    """Bring the books of a CSV file into the catalogue, in batches that are committed one by one.

    `price` is for new books that the file names no price for; `stock` is the opening stock of new
    books. With `dry_run` each batch is written and taken back. Raises CannotReadFeed or
    CannotImport before anything is written.
    """
    if price is not None and price <= 0:
        raise WrongTerms(_("A price must be more than zero."))
    if stock < 0:
        raise WrongTerms(_("A stock cannot be less than zero."))
    feed = open_feed(path)
    summary = ImportSummary()
    parser = RowParser.for_feed(feed.header, feed.sample(), today=now.date())
    books = _Reading(feed, parser, report, summary).books()
    write = _Batch(price, stock, f"import_books {path.name}"[:254], now, dry_run).write
    with only_import():
        statistics = Statistics()
        for rows, derived in _read_ahead(_derived(batched(books, BATCH), summary)):
            summary.count(write(rows, derived))
            statistics.refresh(summary.created)
            progress(summary)
        if not dry_run:
            settle()
    progress(summary)
    return summary


def _derived(
    batches: Iterable[tuple[BookRow, ...]], summary: ImportSummary
) -> Iterator[tuple[tuple[BookRow, ...], Sequence[Derived]]]:
    """With each batch what follows from its rows, as long as the feed brings new books."""
    created = 0
    for rows in batches:
        brings_new, created = summary.created > created, summary.created
        yield rows, [derived_for_new(row) for row in rows] if brings_new else ()


def _read_ahead[T](batches: Iterable[T]) -> Iterator[T]:
    """The same batches; while one is being written, a second thread reads the next."""
    source = iter(batches)
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, source, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield batch


@contextmanager
def only_import() -> Iterator[None]:
    """Keep every other import out, also from other machines. Raises ImportIsRunning if one is in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportIsRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@dataclass(frozen=True)
class _Batch:
    """How each batch of a feed is written."""

    price: Decimal | None
    stock: int
    who: str
    now: datetime
    dry_run: bool

    def write(self, rows: Sequence[BookRow], derived: Sequence[Derived]) -> WriteResult:
        try:
            return self._write(rows, derived)
        except IntegrityError:
            # Staff added one of these books or people just now; the second look finds it.
            return self._write(rows, derived)

    @transaction.atomic
    def _write(self, rows: Sequence[BookRow], derived: Sequence[Derived]) -> WriteResult:
        result = write_books(
            rows,
            now=self.now,
            price_for_new=self.price,
            open_stock=self._open_stock,
            derived=derived,
        )
        if self.dry_run:
            transaction.set_rollback(True)
        return result

    def _open_stock(self, created: Mapping[str, int]) -> None:
        if self.stock:
            copies = dict.fromkeys(created.values(), self.stock)
            stock_ledger.open_with(copies, who=self.who, at=self.now)


class Statistics:
    """What the database knows of the catalogue's size, kept fresh while it grows out of it.

    Otherwise an empty shop's plans would be used for its first 100,000 books, and read whole
    tables for each of them.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'catalog_book'::regclass")
            self.enough_for = cursor.fetchone()[0]

    def refresh(self, created: int) -> None:
        """Look at the tables again if more books were made than there were before."""
        if created > self.enough_for:
            self.enough_for = 3 * created
            analyze()


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_LOADED}")


def settle() -> None:
    """What lists and searches need after many new books, so that the next page is not slow."""
    # Without fresh statistics the counts of genres alone can take minutes.
    analyze()
    with connection.cursor() as cursor:
        for index in _SEARCHED:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
    lists.refresh()
    vocabulary.refresh()
    suggestions.refresh()
