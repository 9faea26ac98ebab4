"""Locks of the database that a process holds for as long as something takes, against all machines."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection


@contextmanager
def session_lock(number: int, *, waits: bool = False) -> Iterator[bool]:
    """Hold the lock of this number, which nothing else in this database may use for anything else.

    Yields whether it was to be had; with `waits` it is, in the end. It outlives transactions, and
    goes with the connection, so whoever is killed holds nothing.
    """
    with connection.cursor() as cursor:
        if waits:
            cursor.execute("SELECT true FROM pg_advisory_lock(%s)", [number])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held:
            # A connection that broke has let go of it.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
