"""Whether this process can serve, and how the whole shop does."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from . import workers
from .findings import Check, Finding, State
from .modules import modules_named

# What takes longer holds up whoever asks; the figures are small.
LONGEST_STATEMENT = "5s"


class _Seen:
    has_migrations = False


def problems() -> list[str]:
    """What keeps a web process from serving, in words; empty when it is ready.

    A newer release may have migrated the database already. Migrations that were there once stay.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        behind = 0 if _Seen.has_migrations else missing_migrations()
    except Error as error:
        return [f"database: {type(error).__name__}"]
    _Seen.has_migrations = not behind
    return [f"{behind} migrations are not applied"] if behind else []


def missing_migrations() -> int:
    """How many this release needs and the database lacks. To read them all takes a tenth of a second."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def worker_state(now: datetime) -> dict[str, float | int | None]:
    """Due tasks that wait, and the seconds since a worker was last heard of (None: never)."""
    return {
        "waiting": sum(workers.due_by_queue(now).values()),
        "silent_seconds": workers.heard_of(now).silent_seconds,
    }


def findings(now: datetime) -> Iterator[Finding]:
    """What the checks of all apps find; one alone where the database does not answer."""
    try:
        connection.ensure_connection()
    except Error as error:
        yield Finding("database", State.FAIL, f"does not answer: {_in_a_line(error)}")
        return
    for check in chain.from_iterable(module.CHECKS for module in modules_named("health_checks")):
        yield from _found_by(check, now)


def _found_by(check: Check, now: datetime) -> list[Finding]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT}'")
            return list(check(now))
    except Error as error:
        return [Finding(check.__name__, State.FAIL, f"cannot be told: {_in_a_line(error)}")]


def _in_a_line(error: Error) -> str:
    """What happened, without the statement that PostgreSQL quotes below."""
    return str(error).partition("\n")[0]
