"""Feeds come in: books into the catalogue, and with them the copies that new books begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected

from catalog import stock as stock_ledger
from catalog import tasks as catalog_tasks
from catalog.feeds.ahead import batches
from catalog.feeds.derived import Derived
from catalog.feeds.kinds import Kind
from catalog.feeds.reading import Batch
from catalog.feeds.rows import BookRow, Problem
from catalog.feeds.writer import WriteResult, write_books
from catalog.models import Book

from . import tasks

# Books of a batch that are changed wait for its end, and so does whoever buys one of them, or
# another edition of a work that gets one.
BATCH = 3000
# How often a batch is begun that meets a deadlock, which takes the database a second to see.
_ATTEMPTS = 4
# A feed whose new books are less than this part of the shop leaves it to the worker to rank and count.
SETTLED_FROM = 0.1
# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_341
_LOADED = """
catalog_book, catalog_book_genres, catalog_booktext, catalog_contribution, catalog_contributor,
catalog_genre, catalog_publisher, catalog_series, catalog_work
"""
# What ranks, counts and spells the whole catalogue, in this order.
_FOLLOWING = (
    tasks.refresh_lists,
    tasks.count_facets,
    catalog_tasks.refresh_vocabulary,
    catalog_tasks.refresh_suggestions,
)
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
    # Whether the last batch had new books: then what follows for the next ones is worked out ahead.
    brings_new: bool = True
    # Whether the worker brings lists and searches up to date, instead of the import.
    left_to_worker: bool = False

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped

    def count(self, batch: Batch, result: WriteResult) -> None:
        self.skipped += batch.skipped
        self.values_left_out += sum(not problem.row_is_skipped for problem in batch.problems)
        self.position = batch.position
        self.brings_new = bool(result.created)
        self.created += len(result.created)
        self.updated += len(result.updated)
        self.unchanged += result.unchanged


def import_feed(
    *,
    path: Path,
    kind: Kind = Kind.CSV,
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
    CannotImport before anything is written, or ReadingBroke between two batches.
    """
    if price is not None and price <= 0:
        raise WrongTerms(_("A price must be more than zero."))
    if stock < 0:
        raise WrongTerms(_("A stock cannot be less than zero."))
    summary = ImportSummary()
    write = _Writer(price, stock, f"import_books {path.name}"[:254], now, dry_run).write
    with only_import():
        statistics = Statistics()
        for batch in batches(
            path, BATCH, kind=kind, today=now.date(), with_derived=lambda: summary.brings_new
        ):
            for problem in batch.problems:
                report(problem)
            summary.count(batch, write(batch.rows, batch.derived))
            statistics.refresh(summary.created)
            progress(summary)
        if not dry_run:
            summary.left_to_worker = _settle_or_leave(summary.created)
    progress(summary)
    return summary


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
class _Writer:
    """How the batches of a feed are written."""

    price: Decimal | None
    stock: int
    who: str
    now: datetime
    dry_run: bool

    def write(self, rows: Sequence[BookRow], derived: Sequence[Derived]) -> WriteResult:
        try:
            return self._write_past_deadlocks(rows, derived)
        except IntegrityError:
            # Staff added one of these books or people just now; the second look finds it.
            return self._write_past_deadlocks(rows, derived)

    def _write_past_deadlocks(
        self, rows: Sequence[BookRow], derived: Sequence[Derived]
    ) -> WriteResult:
        """Books are locked in one order, but staff may hold people or an edition that came later."""
        for _attempt in range(_ATTEMPTS - 1):
            try:
                return self._write(rows, derived)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
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


def _settle_or_leave(created: int) -> bool:
    """Settle a shop with many new books; else have the worker do it, and return True.

    Only the whole catalogue can be ranked and counted: in a large shop that takes longer than a
    small feed, whose books are found and listed at once all the same. A feed that changed nothing
    may follow one that was broken off, so it is followed by the same.
    """
    if created >= SETTLED_FROM * Book.objects.count():
        settle()
        return False
    _clean_search_indexes()
    for task in _FOLLOWING:
        task.enqueue()
    return True


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_LOADED}")


def settle() -> None:
    """What lists and searches need after many new books, so that the next page is not slow."""
    # Without fresh statistics the counts of genres alone can take minutes.
    analyze()
    _clean_search_indexes()
    for task in _FOLLOWING:
        task.call()


def _clean_search_indexes() -> None:
    with connection.cursor() as cursor:
        for index in _SEARCHED:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
