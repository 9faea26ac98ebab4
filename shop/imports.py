"""Feeds come in: books into the catalogue, and with them the copies that new books begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from bookstore.session_locks import session_lock
from catalog.feeds.ahead import batches
from catalog.feeds.kinds import Kind
from catalog.feeds.rows import Problem

from . import import_runs
from .import_writing import BatchWriter, Differs, ImportSummary
from .models import FeedRun, FeedUpload
from .settling import Statistics, settle_or_leave

# Books of a batch that are changed wait for its end, and so does whoever buys one of them, or
# another edition of a work that gets one.
BATCH = 3000
# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_341
_IS_LOCKED = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND classid = 0 AND objid = %s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


class CannotImport(Exception):
    """Base of every refusal to import; str() is for the operator, and nothing was changed."""


class ImportIsRunning(CannotImport):
    def __init__(self) -> None:
        super().__init__(_("Another import is running. Please wait until it has ended."))


class WrongTerms(CannotImport):
    """A price or a stock that no book can have."""


class NothingToResume(CannotImport):
    """No import of this very file, on these terms, has been broken off."""


@dataclass(frozen=True)
class Feed:
    """A file to import, and on which terms.

    `price` (in the shop's currency) is for new books that the file names no price for; `stock` is
    the opening stock of new books. `name` is what staff know the file by, where that is not its own
    name; `by` is who of them applies it.
    """

    path: Path
    kind: Kind = Kind.CSV
    price: Decimal | None = None
    stock: int = 0
    name: str = ""
    by: str = ""

    @property
    def file_name(self) -> str:
        return (self.name or self.path.name)[:255]

    @property
    def who(self) -> str:
        """Who brought the books, in ledgers and histories."""
        if self.by:
            return self.by
        command = "import_books" if self.kind == Kind.CSV else f"import_{self.kind}"
        return f"{command} {self.path.name}"[:254]

    def check_terms(self) -> None:
        if self.price is not None and self.price <= 0:
            raise WrongTerms(_("A price must be more than zero."))
        if self.stock < 0:
            raise WrongTerms(_("A stock cannot be less than zero."))


def import_feed(
    feed: Feed,
    *,
    now: datetime,
    report: Callable[[Problem], None],
    progress: Callable[[ImportSummary], None],
    dry_run: bool = False,
    resume: bool = False,
    differs: Differs | None = None,
    upload: FeedUpload | None = None,
) -> ImportSummary:
    """Bring the books of a file into the catalogue, in batches that are committed one by one.

    Each batch notes in a FeedRun how far it came. With `resume` the import goes on behind the last
    batch of the same file that is in, reports again what was wrong before that, and ends as if it
    had never been broken off. So does one of an `upload`, which has a run of its own, whenever it has
    begun. With `dry_run` each batch is written and taken back, and `differs` is told what of each would
    be another than it is. `progress` is told before the first batch and after each, and may end the
    import by raising WorkerEnds. Raises
    CannotReadFeed or CannotImport before anything is written, or ReadingBroke between two batches.
    """
    feed.check_terms()
    with only_import():
        run = None if dry_run else _begin(feed, now, upload, resume=resume)
        writer = BatchWriter(feed, run, now, differs)
        with import_runs.ended(run) if run else nullcontext():
            for row in run.problems.iterator() if run else ():
                report(row.told())
            progress(writer.summary)
            _bring(feed, writer, report, progress)
    progress(writer.summary)
    return writer.summary


def _bring(
    feed: Feed,
    writer: BatchWriter,
    report: Callable[[Problem], None],
    progress: Callable[[ImportSummary], None],
) -> None:
    statistics = Statistics()
    for batch in batches(
        feed.path,
        BATCH,
        kind=feed.kind,
        today=writer.now.date(),
        with_derived=lambda: writer.summary.brings_new,
        skip=writer.summary.records,
    ):
        for problem in writer.write(batch):
            report(problem)
        statistics.refresh(writer.summary.created)
        progress(writer.summary)
    if writer.run:
        left = settle_or_leave(writer.summary.created)
        writer.summary = replace(writer.summary, left_to_worker=left)


def _begin(feed: Feed, now: datetime, upload: FeedUpload | None, *, resume: bool) -> FeedRun:
    """A new run, or the one to go on with. No other import is running."""
    import_runs.stop_those_that_were_killed(now)
    if upload:
        return import_runs.of_upload(upload, feed, now)
    digest = import_runs.digest_of(feed.path)
    if not resume:
        return import_runs.begin(feed, digest, now)
    # That of an upload goes on by itself.
    run = FeedRun.objects.filter(kind=feed.kind, digest=digest, upload=None).first()
    if run is None:
        raise NothingToResume(_("No import of this very file was ever begun."))
    if run.state == FeedRun.State.DONE:
        raise NothingToResume(_("The last import of this file was not broken off."))
    if not run.has_terms(price=feed.price, stock=feed.stock):
        text = _(
            "It was begun with --price %(price)s --stock %(stock)d. Please name the same again."
        )
        terms = {"price": run.price or "-", "stock": run.stock}
        raise NothingToResume(text % terms)
    import_runs.go_on(run)
    return run


def is_running() -> bool:
    """Whether an import is in, on whatever machine."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_LOCKED, [_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def only_import() -> Iterator[None]:
    """Keep every other import out, also from other machines. Raises ImportIsRunning if one is in."""
    with session_lock(_LOCK) as is_alone:
        if not is_alone:
            raise ImportIsRunning
        yield
