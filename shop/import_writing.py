"""The batches of a feed are written: books, opening stock, what records are called, how far it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import DeadlockDetected

from catalog import stock as stock_ledger
from catalog.feeds.differences import Difference, differences
from catalog.feeds.reading import Batch
from catalog.feeds.records import Records
from catalog.feeds.rows import Problem
from catalog.feeds.writer import WriteResult, write_books

from . import import_runs
from .models import FeedRun

if TYPE_CHECKING:
    from .imports import Feed

type Differs = Callable[[Sequence[Difference]], None]

# How often a batch is begun that meets a deadlock, which takes the database a second to see.
_ATTEMPTS = 4


@dataclass(frozen=True)
class ImportSummary:
    """What became of the records of a feed, and how many bytes of it are read."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    taken_back: int = 0
    skipped: int = 0
    values_left_out: int = 0
    records: int = 0
    position: int = 0
    # Whether the last batch had new books: then what follows for the next ones is worked out ahead.
    brings_new: bool = True
    # Whether the worker brings lists and searches up to date, instead of the import.
    left_to_worker: bool = False

    @classmethod
    def of(cls, run: FeedRun) -> Self:
        counts = {name: getattr(run, name) for name in FeedRun.COUNTS}
        return cls(records=run.records, position=run.position, **counts)

    def with_batch(self, batch: Batch, result: WriteResult, late: int, taken_back: int) -> Self:
        """`late` rows of the batch were not written, since their records were refused."""
        changed = len(result.created) + len(result.updated)
        rest = batch.lines - batch.skipped - late - changed - taken_back
        return replace(
            self,
            created=self.created + len(result.created),
            updated=self.updated + len(result.updated),
            unchanged=self.unchanged + rest,
            taken_back=self.taken_back + taken_back,
            skipped=self.skipped + batch.skipped + late,
            values_left_out=self.values_left_out
            + sum(not problem.row_is_skipped for problem in batch.problems),
            records=self.records + batch.lines,
            position=batch.position,
            brings_new=bool(result.created),
        )


class BatchWriter:
    """Writes the batches of a feed; `summary` is what came of them.

    Without a run each is taken back, and `differs` is told what it would have changed.
    """

    def __init__(
        self, feed: Feed, run: FeedRun | None, now: datetime, differs: Differs | None = None
    ) -> None:
        self.feed = feed
        self.run = run
        self.now = now
        self.differs = differs
        self._found: Sequence[Difference] = ()
        self.summary = ImportSummary.of(run) if run else ImportSummary()

    def write(self, batch: Batch) -> list[Problem]:
        """Write a batch, and note how far the run has come, in one transaction. Returns what was wrong."""
        try:
            self.summary, problems = self._write_past_deadlocks(batch)
        except IntegrityError:
            # Staff added one of these books or people just now; the second look finds it.
            self.summary, problems = self._write_past_deadlocks(batch)
        if self.differs:
            self.differs(self._found)
        return problems

    def _write_past_deadlocks(self, batch: Batch) -> tuple[ImportSummary, list[Problem]]:
        """Books are locked in one order, but staff may hold people or an edition that came later."""
        for _attempt in range(_ATTEMPTS - 1):
            try:
                return self._write(batch)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return self._write(batch)

    @transaction.atomic
    def _write(self, batch: Batch) -> tuple[ImportSummary, list[Problem]]:
        records = Records(batch.rows, batch.deletions, who=self.feed.who, now=self.now)
        kept, refused = records.screened()
        result = self._write_books(batch, kept, records)
        taken = records.take_back()
        late = len(refused) + len(taken.problems)
        summary = self.summary.with_batch(batch, result, late, taken.number)
        problems = [*batch.problems, *refused, *taken.problems]
        problems.sort(key=lambda problem: problem.line)
        if self.run:
            import_runs.note(self.run, summary, problems)
        else:
            transaction.set_rollback(True)
        return summary, problems

    def _write_books(self, batch: Batch, kept: list[int], records: Records) -> WriteResult:
        rows = [batch.rows[place] for place in kept]
        if self.differs and not self.run:
            self._found = differences(rows)
        result = write_books(
            rows,
            now=self.now,
            price_for_new=self.feed.price,
            open_stock=self._open_stock,
            derived=[batch.derived[place] for place in kept] if batch.derived else (),
        )
        back = records.remember(rows) - set(result.created)
        return replace(result, updated=result.updated | back)

    def _open_stock(self, created: Mapping[str, int]) -> None:
        if self.feed.stock:
            copies = dict.fromkeys(created.values(), self.feed.stock)
            stock_ledger.open_with(copies, who=self.feed.who, at=self.now)
