"""How far imports of feeds have come, so that one that was broken off can be gone on with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import Error, transaction
from django.utils import timezone

from catalog.feeds.csv_reader import NotAFile
from catalog.feeds.rows import Problem

from .models import FeedProblem, FeedRun, FeedUpload

if TYPE_CHECKING:
    from .import_writing import ImportSummary
    from .imports import Feed

# What was wrong with a feed is asked for while it is news.
KEPT = timedelta(days=90)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raises NotAFile (CannotReadFeed) if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotAFile(path, error.strerror or str(error)) from error


def begin(feed: Feed, digest: str, now: datetime) -> FeedRun:
    return FeedRun.objects.create(
        kind=feed.kind,
        file_name=feed.file_name,
        digest=digest,
        size=feed.path.stat().st_size,
        price=feed.price,
        stock=feed.stock,
        begun_at=now,
    )


@transaction.atomic
def of_upload(upload: FeedUpload, feed: Feed, now: datetime) -> FeedRun:
    """The one run of an upload, to begin or to go on with. No other import is running."""
    upload = (
        FeedUpload.objects.select_for_update(of=("self",)).select_related("run").get(pk=upload.pk)
    )
    if upload.run:
        go_on(upload.run)
        return upload.run
    run = begin(feed, upload.digest, now)
    upload.move(FeedUpload.State.APPLYING, run=run)
    return run


def go_on(run: FeedRun) -> None:
    run.state, run.ended_at = FeedRun.State.RUNNING, None
    run.save(update_fields=["state", "ended_at"])


@contextmanager
def ended(run: FeedRun) -> Iterator[None]:
    """The run is done at the end of this, or stopped by whatever breaks it off: what it brought stays."""
    try:
        yield
    except BaseException:
        # A run whose database is gone shows as stopped from the next one on.
        with suppress(Error):
            run.end(FeedRun.State.STOPPED, timezone.now())
        raise
    run.end(FeedRun.State.DONE, timezone.now())


def stop_those_that_were_killed(now: datetime) -> None:
    """No import runs, so those that seem to have lost their process."""
    running = FeedRun.objects.filter(state=FeedRun.State.RUNNING)
    running.update(state=FeedRun.State.STOPPED, ended_at=now)


def note(run: FeedRun, summary: ImportSummary, problems: Sequence[Problem]) -> None:
    """How far the run has come with a batch. Must run in the transaction that writes the batch."""
    FeedRun.objects.filter(pk=run.pk).update(
        records=summary.records,
        position=summary.position,
        **{name: getattr(summary, name) for name in FeedRun.COUNTS},
    )
    FeedProblem.objects.bulk_create(FeedProblem.of(run, problem) for problem in problems)


def delete_old(*, now: datetime) -> int:
    """Forget the runs that began long ago, and what was wrong with their files. Returns how many."""
    old = FeedRun.objects.filter(begun_at__lt=now - KEPT, upload=None)
    runs = old.exclude(state=FeedRun.State.RUNNING)
    return runs.delete()[1].get(FeedRun._meta.label, 0)
