"""What `manage.py health` looks at, of what belongs to no app: database, disk, workers, backups."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection

from . import health, workers
from .backups.last import last_backup
from .findings import LATELY, Check, Finding, State, graded, span
from .replicas import states
from .workers import Sweep

GB, HOUR = 10**9, 3_600
LITTLE_SPACE, NO_SPACE = 5 * GB, 1 * GB
LONG_WAIT, TOO_LONG_WAIT = 60, 600
LATE, TOO_LATE = timedelta(minutes=10), timedelta(hours=2)


def database(now: datetime) -> Iterator[Finding]:
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database())"
        )
        version, size = cursor.fetchone()
    words = f"PostgreSQL {version} answers in {(perf_counter() - began) * 1000:.0f} ms"
    yield Finding("database", State.OK, words)
    yield Finding("database size", State.OK, f"{size / GB:.2f} GB", size, "bytes; no limit")


def replicas(now: datetime) -> Iterator[Finding]:
    """One that is left out costs speed alone: the primary answers in its place."""
    for replica in states.replica_states() if settings.REPLICAS else []:
        behind = "" if replica.lag is None else f"; {replica.lag:.1f} seconds behind at the most"
        yield Finding(
            replica.alias,
            State.WARN if replica.why_not else State.OK,
            f"left out: {replica.why_not}{behind}" if replica.why_not else f"read from{behind}",
            replica.lag,
            f"seconds; warns above {settings.REPLICA_MAX_LAG}, and whenever it is left out",
        )


def migrations(now: datetime) -> Iterator[Finding]:
    missing = health.missing_migrations()
    state = State.FAIL if missing else State.OK
    words = f"{missing} are not applied: manage.py migrate" if missing else "all are applied"
    yield Finding("migrations", state, words, missing, "fails at 1 that this release lacks")


def disk(now: datetime) -> Iterator[Finding]:
    """Of folders on one disk, the first stands for all."""
    disks: dict[int, str] = {}
    for name, folder in (("media", settings.MEDIA_ROOT), ("local", settings.LOCAL_DIR)):
        there = _that_exists(Path(folder))
        disks.setdefault(os.stat(there).st_dev, name)
        if disks[os.stat(there).st_dev] == name:
            yield _free_space(name, there)


def _that_exists(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _free_space(name: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    state = graded(-free, warn=-LITTLE_SPACE, fail=-NO_SPACE)
    limit = f"bytes; warns at {LITTLE_SPACE / GB:.0f} GB, fails at {NO_SPACE / GB:.0f} GB"
    return Finding(f"disk ({name})", state, f"{free / GB:.1f} GB free", free, limit)


def worker(now: datetime) -> Iterator[Finding]:
    alive, silent = workers.heard_of(now)
    last = "none was ever heard of" if silent is None else f"the last was heard {span(silent)} ago"
    words = f"{alive} alive; {last}"
    state = State.OK if alive else State.FAIL
    yield Finding("workers", state, words, alive, "fails at 0")


def queue(now: datetime) -> Iterator[Finding]:
    due, waited = sum(workers.due_by_queue(now).values()), workers.longest_wait(now)
    yield Finding(
        "queue",
        graded(waited, warn=LONG_WAIT, fail=TOO_LONG_WAIT),
        f"{due} tasks are due; the oldest has waited {span(waited)}",
        round(waited, 1),
        f"seconds; warns at {LONG_WAIT}, fails at {TOO_LONG_WAIT}",
    )
    # Nobody takes one away; after a week it is no news any more.
    failed = workers.failed_by_task(since=now - LATELY)
    names = ", ".join(f"{name} ({number})" for name, number in failed.items())
    number = sum(failed.values())
    yield Finding("failed tasks", graded(number, warn=1), names or "none", number, "warns at 1")


def sweeps(now: datetime) -> Iterator[Finding]:
    for sweep in workers.sweeps():
        yield _finding_about(sweep, now)


def _finding_about(sweep: Sweep, now: datetime) -> Finding:
    """Late is what the clock has asked for and no worker has done, or has begun and not ended."""
    limit = (
        f"by the clock ({sweep.cron}); warns {span(LATE.total_seconds())} late,"
        f" fails {span(TOO_LATE.total_seconds())} late; warns where it failed"
    )
    name = f"sweep {sweep.name}"
    if sweep.begun_at is None or sweep.next_at is None:
        return Finding(name, State.WARN, "was never done", None, limit)
    late = now - (sweep.next_at if sweep.has_worked else sweep.begun_at)
    state = graded(late / LATE, warn=1, fail=TOO_LATE / LATE)
    ago = span((now - sweep.begun_at).total_seconds())
    if sweep.has_failed:
        # What is done each minute fails anew each minute, and is never late.
        state, words = max(state, State.WARN, key=list(State).index), f"begun {ago} ago, and failed"
    else:
        words = f"done {ago} ago" if sweep.has_worked else f"begun {ago} ago, and not done"
    return Finding(name, state, words, None, limit)


def backup(now: datetime) -> Iterator[Finding]:
    hours = settings.BACKUP_MAX_HOURS
    limit = f"hours; warns at {hours}, fails at {2 * hours}" if hours else "hours; no limit"
    last = last_backup()
    if last is None:
        state = State.WARN if hours else State.OK
        yield Finding("last backup", state, "none was ever taken", None, limit)
        return
    age = (now - last.made_at).total_seconds()
    ended = f"ended {last.ended_at:%Y-%m-%d %H:%M} UTC" if last.ended_at else "was restored"
    yield Finding(
        "last backup",
        graded(age / HOUR, warn=hours, fail=2 * hours) if hours else State.OK,
        f"{ended}; shows the shop of {span(age)} ago",
        round(age / HOUR, 1),
        limit,
    )


CHECKS: list[Check] = [database, replicas, migrations, disk, worker, queue, sweeps, backup]
