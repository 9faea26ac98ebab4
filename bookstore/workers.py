"""How the workers and their queue do, read from procrastinate's tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from .tasks import SECONDS_OF_SILENCE

# Of so many due tasks that came first, the one that waits longest is looked for.
LOOKED_THROUGH = 100


class Heard(NamedTuple):
    """How many workers live, and the seconds since one was last heard of (None: never)."""

    alive: int
    silent_seconds: float | None


def heard_of(now: datetime) -> Heard:
    lately = now - timedelta(seconds=SECONDS_OF_SILENCE)
    found = ProcrastinateWorker.objects.aggregate(
        last=Max("last_heartbeat"), alive=Count("pk", filter=Q(last_heartbeat__gte=lately))
    )
    last = found["last"]
    silent = None if last is None else round(max((now - last).total_seconds(), 0), 1)
    return Heard(found["alive"], silent)


def due_by_queue(now: datetime) -> dict[str, int]:
    """The due tasks that no worker has begun."""
    counted = _due(now).values("queue_name").annotate(number=Count("pk")).order_by("queue_name")
    return dict(counted.values_list("queue_name", "number"))


def longest_wait(now: datetime) -> float:
    """For how many seconds the oldest due task has waited."""
    enqueued = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="deferred")
    since = Coalesce("scheduled_at", Subquery(enqueued.values("at")[:1]))
    moments = _due(now).order_by("pk").annotate(since=since).values_list("since", flat=True)
    waited = [(now - since).total_seconds() for since in moments[:LOOKED_THROUGH] if since]
    return max(waited, default=0.0)


def _due(now: datetime):  # type: ignore[no-untyped-def] # django-stubs knows no such queryset
    return ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=now)


def failed_by_task(since: datetime | None = None) -> dict[str, int]:
    """The tasks that were given up, or those that were after `since`, by name."""
    failed = ProcrastinateJob.objects.filter(status="failed")
    if since:
        given_up = ProcrastinateEvent.objects.filter(type="failed", at__gte=since)
        failed = failed.filter(Exists(given_up.filter(job=OuterRef("pk"))))
    name = Coalesce(KT("args__path"), F("task_name"), output_field=TextField())
    counted = failed.annotate(task=name).values("task").annotate(number=Count("pk"))
    return dict(counted.order_by("task").values_list("task", "number"))


class Sweep(NamedTuple):
    """Work that is done by the clock: when it was last begun, and whether that has worked.

    Of what has worked, procrastinate keeps the moment and deletes the task. `next_at` is when the
    clock asked for it after that, or will.
    """

    name: str
    cron: str
    begun_at: datetime | None = None
    has_worked: bool = False
    has_failed: bool = False
    next_at: datetime | None = None


def sweeps() -> Iterator[Sweep]:
    """All of them."""
    rows = ProcrastinatePeriodicDefer.objects.exclude(defer_timestamp=None).select_related("job")
    # The last row of a name counts.
    last = {row.task_name: row for row in rows.order_by("defer_timestamp")}
    for planned in app.periodic_registry.periodic_tasks.values():
        name = planned.task.name.partition(".")[2]
        row = last.get(planned.task.name)
        if row is None:
            yield Sweep(name, planned.cron)
        else:
            begun: Any = row.defer_timestamp
            after = planned.croniter.get_next(ret_type=float, start_time=begun)
            has_failed = row.job is not None and row.job.status == "failed"
            yield Sweep(
                name, planned.cron, _at(begun), row.job is None, has_failed, next_at=_at(after)
            )


def _at(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
