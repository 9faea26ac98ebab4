"""What the worker does with uploaded feeds: it looks at them, and applies them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookstore import queued, stopping
from catalog.feeds.ahead import ReadingBroke
from catalog.feeds.csv_reader import CannotReadFeed
from catalog.feeds.differences import Difference, count_kinds
from catalog.feeds.kinds import Kind
from catalog.feeds.report import ChangesFile, ReportFile, told
from catalog.feeds.rows import Problem

from . import feed_files, import_runs
from .import_writing import ImportSummary
from .imports import CannotImport, Feed, ImportIsRunning, import_feed
from .models import FeedRun, FeedUpload

State = FeedUpload.State
TASK = "shop.feed_tasks.work_on_feed"
# As many changes and problems are shown on the page of an upload. Its files have them all.
MOST_SHOWN = 100


class _NotWanted(Exception):
    """Somebody has dropped it meanwhile."""


def work_on(*, upload_id: int, now: datetime) -> None:
    """Do what is to be done for an upload, if anything is. It may have been begun before.

    Raises ImportIsRunning, or WorkerEnds: then it is for later, or for another worker.
    """
    upload = FeedUpload.objects.working().filter(pk=upload_id).first()
    if upload is None:
        return
    with _failures_told(upload), feed_files.on_disk(upload.folder, feed_files.FEED) as path:
        feed = Feed(
            path,
            Kind(upload.kind),
            upload.price,
            upload.stock,
            name=upload.file_name,
            by=upload.decided_by,
        )
        if upload.is_looking:
            _look(upload, feed, now)
        else:
            _apply(upload, feed, now)


def _look(upload: FeedUpload, feed: Feed, now: datetime) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        seen = _Seen(upload, folder)
        with seen.report, seen.changes_file:
            summary = import_feed(
                feed,
                now=now,
                report=seen.report_problem,
                progress=seen.note,
                dry_run=True,
                differs=seen.differs,
            )
        for file_name in (feed_files.CHANGES, feed_files.PROBLEMS):
            _keep(upload, folder / file_name)
    _move(
        upload,
        State.LOOKED,
        looked_at=now,
        counts={name: getattr(summary, name) for name in FeedRun.COUNTS},
        kinds=dict(seen.kinds),
        changes=seen.changes,
        problems=seen.problems,
        change_rows=seen.changes_file.rows,
        problem_rows=seen.report.rows,
    )


class _Seen:
    """What a look has shown so far."""

    def __init__(self, upload: FeedUpload, folder: Path) -> None:
        self.upload = upload
        self.report = ReportFile(folder / feed_files.PROBLEMS)
        self.changes_file = ChangesFile(folder / feed_files.CHANGES)
        self.kinds: Counter[str] = Counter()
        self.changes: list[Sequence[str]] = []
        self.problems: list[Sequence[object]] = []

    def note(self, summary: ImportSummary) -> None:
        """How far it has come. Raises _NotWanted, or WorkerEnds."""
        stopping.check()
        looking = FeedUpload.objects.filter(pk=self.upload.pk, state=State.LOOKING)
        if not looking.update(position=summary.position, records=summary.records):
            raise _NotWanted

    def differs(self, found: Sequence[Difference]) -> None:
        self.kinds += count_kinds(found)
        self.changes += found[: MOST_SHOWN - len(self.changes)]
        self.changes_file.add(found)

    def report_problem(self, problem: Problem) -> None:
        if len(self.problems) < MOST_SHOWN:
            self.problems.append(told(problem))
        self.report.add(problem)


def _keep(upload: FeedUpload, path: Path) -> None:
    """One without rows is no file."""
    if not path.exists():
        feed_files.delete(upload.folder, path.name)
        return
    with path.open("rb") as content:
        feed_files.keep(upload.folder, path.name, File(content))


def _apply(upload: FeedUpload, feed: Feed, now: datetime) -> None:
    import_feed(
        feed,
        now=now,
        # Its run has both.
        report=lambda problem: None,
        progress=lambda summary: stopping.check(),
        upload=upload,
    )
    _move(upload, State.DONE, ended_at=timezone.now())
    # What it said is in the shop by now. What it changed is kept for a while.
    feed_files.delete(upload.folder, feed_files.FEED)


@contextmanager
def _failures_told(upload: FeedUpload) -> Iterator[None]:
    """What is wrong with the file fails the upload, with a word for staff; what is not is a bug."""
    try:
        yield
    except _NotWanted:
        feed_files.delete(upload.folder)
    except ImportIsRunning:
        raise
    except FileNotFoundError:
        _fail(upload, _("The uploaded file is no longer there. Please upload it again."))
    except ReadingBroke as error:
        text = _("The file could not be read to its end: %(reason)s.")
        _fail(upload, text % {"reason": str(error).removesuffix(".")})
    except (CannotReadFeed, CannotImport) as error:
        _fail(upload, str(error))


def _fail(upload: FeedUpload, why: str) -> None:
    _move(upload, State.FAILED, why=why, ended_at=timezone.now())


@transaction.atomic
def _move(upload: FeedUpload, state: State, **facts: object) -> None:
    """To another state, unless somebody has dropped it meanwhile."""
    same = FeedUpload.objects.select_for_update().filter(pk=upload.pk, state=upload.state)
    if found := same.first():
        found.move(state, **facts)


def find_left() -> list[int]:
    """Keys of the uploads that should be worked on and that the queue knows nothing of.

    One whose task has failed again and again fails with it.
    """
    left = []
    for upload in FeedUpload.objects.working().order_by("pk"):
        states = queued.states_of(TASK, upload.pk)
        if not states:
            left.append(upload.pk)
        elif states == {"failed"}:
            _fail(upload, _("The shop itself is at fault: the log of the worker says how."))
    return left


def delete_old(*, now: datetime) -> int:
    """Forget the uploads of long ago, and their files, but for those that are worked on."""
    old = FeedUpload.objects.filter(uploaded_at__lt=now - import_runs.KEPT)
    number = 0
    for upload in old.exclude(state__in=FeedUpload.WORKING).order_by("pk"):
        number += upload.delete()[0]
        feed_files.delete(upload.folder)
    return number
