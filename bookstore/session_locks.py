"""Locks of the database that a process holds for as long as something takes, against all machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

# Between two looks whether it is free, in seconds.
PAUSE = 0.2


@contextmanager
def session_lock(number: int, *, waits: bool = False) -> Iterator[bool]:
    """Hold the lock of this number, which nothing else in this database may use for anything else.

    Yields whether it was to be had; with `waits` it is, in the end. It outlives transactions, and
    goes with the connection, so whoever is killed holds nothing.
    """
    is_held = _taken(number)
    while waits and not is_held:
        # Not in one statement: that would have a snapshot, and whoever holds the lock and creates an
        # index concurrently would wait for it, in a circle. `lock_timeout` would end it, too.
        time.sleep(PAUSE)
        is_held = _taken(number)
    try:
        yield is_held
    finally:
        if is_held:
            # A connection that broke has let go of it.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _taken(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        return bool(cursor.fetchone()[0])
