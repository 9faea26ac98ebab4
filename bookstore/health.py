"""Whether this process lives, and whether it can serve."""

from datetime import datetime

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker


def problems() -> list[str]:
    """What keeps a web process from serving, in words; empty when it is ready."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return [f"database: {type(error).__name__}"]
    return [f"{len(behind)} migrations are not applied"] if behind else []


def worker_state(now: datetime) -> dict[str, float | int | None]:
    """Due tasks that wait, and the seconds since a worker was last heard of (None: never)."""
    waiting = ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=now)
    heard = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return {
        "waiting": waiting.count(),
        "silent_seconds": None if heard is None else round((now - heard).total_seconds(), 1),
    }
