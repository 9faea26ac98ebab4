"""Many people at once, each in a thread with a database connection of its own."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

_PATIENCE = 5.0
# In this database: tests run beside others, and a lock on a transaction names no database.
_WAITERS = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database()
)
"""


def at_once(actions: Iterable[Callable[[], object]]) -> list[object]:
    """Run every action in a thread of its own, all let go together; what each returned or raised."""
    actions = list(actions)
    gate = threading.Barrier(len(actions))
    outcomes: list[object] = [None] * len(actions)

    def run(position: int, action: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            outcomes[position] = action()
        except Exception as error:
            outcomes[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class Meeting:
    """One stops in the middle of a transaction until another waits for its locks, or is done."""

    def __init__(self) -> None:
        self.has_begun, self.is_over = threading.Event(), threading.Event()

    def stop(self, act: Callable[[], Any]) -> Any:
        self.has_begun.set()
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and not self.is_over.is_set() and not somebody_waits():
            time.sleep(0.01)
        return act()

    def join(self, act: Callable[[], object]) -> object:
        assert self.has_begun.wait(_PATIENCE)
        try:
            return act()
        finally:
            self.is_over.set()


def somebody_waits() -> bool:
    """Whether somebody waits for a lock on anything in the test's database."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITERS)
        return bool(cursor.fetchone()[0])
