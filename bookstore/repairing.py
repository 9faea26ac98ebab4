"""Rows whose derived values are wrong are made right while the shop is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import batched

from django.db import OperationalError, connection, transaction

from .auditing import Check
from .session_locks import session_lock

BATCH = 200
# How long a repair waits for a row that somebody holds, before it leaves that as it is.
PATIENCE = "10s"
# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_352


class RepairIsRunning(Exception):
    """Refused, with nothing changed; str() is for the operator."""

    def __init__(self) -> None:
        super().__init__("Another audit --fix is running. Please wait until it has ended.")


@contextmanager
def only_repair() -> Iterator[None]:
    """Keep every other repair out, also from other machines. Raises RepairIsRunning if one is in."""
    with session_lock(_LOCK) as is_alone:
        if not is_alone:
            raise RepairIsRunning
        yield


def repair(check: Check, keys: Sequence[int]) -> Iterator[int]:
    """Work out anew what these rows say, and yield the key of each that was changed and is kept.

    Each batch is a transaction of its own, and leaves out what somebody holds at the time. Those
    rows follow one by one: whoever waits for a row holds none then, so that nobody waits in a
    circle, and nobody for more than a batch. One that stays held for long is left as it is.
    """
    held: list[int] = []
    for batch in batched(sorted(keys), BATCH):
        locked, changed = _write(check, batch, "SKIP LOCKED")
        held += [key for key in batch if key not in locked]
        yield from changed
    for key in held:
        try:
            _locked, changed = _write(check, [key])
        except OperationalError:
            continue
        yield from changed


@transaction.atomic(durable=True)
def _write(check: Check, keys: Sequence[int], if_held: str = "") -> tuple[set[int], list[int]]:
    """Which of these rows could be locked, and which of them were changed.

    The locks are a statement by themselves: the next one sees all that their last holders did.
    """
    table = check.of._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute(
            f"SELECT id FROM {table} WHERE id = ANY(%s::bigint[])"
            f" ORDER BY id FOR NO KEY UPDATE {if_held}",
            [list(keys)],
        )
        locked = {key for (key,) in cursor}
        cursor.execute(check.repair, {"keys": sorted(locked)})
        return locked, sorted(key for (key,) in cursor)
