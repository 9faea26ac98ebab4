"""Which replicas this process may read from: looked at about once a second, remembered in between."""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Iterable, Sequence
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error, connection, connections

log = logging.getLogger("bookstore.replicas")

SECONDS_REMEMBERED = 1.0
# One that failed is left alone for so long, each time that it fails again for twice as long.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
# To look at one that is silent takes seconds of somebody's page: so many times longer it is let be.
TIMES_LEFT_ALONE = 10
# Positions of the primary, one a second.
POSITIONS_KEPT = 120

_IDENTIFIER = "(SELECT system_identifier FROM pg_control_system())"
_PRIMARY = f"SELECT {_IDENTIFIER}, pg_current_wal_lsn() - '0/0'::pg_lsn"
_REPLICA = f"""
SELECT {_IDENTIFIER}, pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn,
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
"""
# Of what has been committed, also of what waits to be written to the log.
_WRITTEN = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


class State(NamedTuple):
    """How a replica stood when it was last looked at."""

    alias: str
    # Why it is left out, in words; "" if it is read from.
    why_not: str
    # Seconds that it is behind, at the most; None if that is not known.
    lag: float | None = None
    # Up to where it has replayed the primary's log, in bytes.
    replayed: int = 0


class _Primary(NamedTuple):
    identifier: int
    position: int


class _Known(NamedTuple):
    state: State
    look_again_at: float
    failures: int = 0


_known: dict[str, _Known] = {}
# When the primary was seen to stand where, by the clock of this process.
_positions: deque[tuple[float, int]] = deque(maxlen=POSITIONS_KEPT)
_look = Lock()


def usable(written: int) -> str | None:
    """A replica that may be read from by somebody who wrote up to a position (0: nothing lately)."""
    _refresh()
    known = [_known[alias].state for alias in settings.REPLICAS if alias in _known]
    fit = [state.alias for state in known if not state.why_not and state.replayed >= written]
    return random.choice(fit) if fit else None


def written() -> int:
    """The position of the primary's log now, behind everything that has been committed."""
    return int(_row(connection, _WRITTEN)[0])


def leave_out_if_broken(alias: str) -> bool:
    """Whether an error came from this replica; if so, it is left out for a while."""
    replica = connections[alias]
    if not replica.errors_occurred:
        return False
    _remember(alias, _failed(alias, "it broke off"))
    return True


def replica_states() -> list[State]:
    """All replicas, looked at now."""
    _look_at(settings.REPLICAS)
    return [_known[alias].state for alias in settings.REPLICAS]


def forget() -> None:
    """Know nothing of any replica, as a process that has just begun."""
    _known.clear()
    _positions.clear()


def _refresh() -> None:
    """Look at those whose state is too old. One thread does; the others go by what is known."""
    now = monotonic()
    due = [
        alias
        for alias in settings.REPLICAS
        if alias not in _known or _known[alias].look_again_at <= now
    ]
    if due and _look.acquire(blocking=False):
        try:
            _look_at(due)
        finally:
            _look.release()


def _look_at(aliases: Iterable[str]) -> None:
    try:
        primary = _Primary(*map(int, _row(connection, _PRIMARY)))
    except Error:
        # Whoever reads learns of it from the primary itself.
        for alias in aliases:
            state = State(alias, "the primary does not answer")
            _remember(alias, _Known(state, monotonic() + SECONDS_REMEMBERED))
        return
    _positions.append((monotonic(), primary.position))
    for alias in aliases:
        _remember(alias, _seen(alias, primary))


def _remember(alias: str, known: _Known) -> None:
    before = _known[alias].state.why_not if alias in _known else ""
    if known.state.why_not != before:
        log.warning("%s: %s", alias, known.state.why_not or "it is read from again")
    _known[alias] = known


def _seen(alias: str, primary: _Primary) -> _Known:
    begun_at = monotonic()
    try:
        identifier, is_replica, replayed, age = _row(connections[alias], _REPLICA)
    except Error as error:
        took = monotonic() - begun_at
        return _failed(alias, f"it does not answer ({type(error).__name__})", took)
    if identifier != primary.identifier:
        return _failed(alias, "it is a copy of another database")
    if not is_replica or replayed is None:
        return _failed(alias, "it is no replica, or no longer")
    lag = _lag(int(replayed), age)
    is_behind = lag is None or lag > settings.REPLICA_MAX_LAG
    state = State(alias, "it is too far behind" if is_behind else "", lag, int(replayed))
    return _Known(state, monotonic() + SECONDS_REMEMBERED)


def _lag(replayed: int, age: Any) -> float | None:
    """Seconds that a replica is behind, at the most; `age` is that of the last commit it has seen.

    That age alone grows while nobody writes, though nothing is missing. Where the primary was seen
    to stand tells more: what it had written by then has arrived, or has not.
    """
    if replayed >= _positions[-1][1]:
        return 0.0
    now = monotonic()
    bounds = [now - at for at, position in _positions if position <= replayed]
    bounds += [] if age is None else [max(float(age), 0.0)]
    return min(bounds, default=None)


def _failed(alias: str, why_not: str, took: float = 0) -> _Known:
    # The next look takes a new connection.
    connections[alias].close()
    failures = _known[alias].failures + 1 if alias in _known else 1
    pause = max(FIRST_PAUSE * 2 ** (failures - 1), took * TIMES_LEFT_ALONE)
    return _Known(State(alias, why_not), monotonic() + min(pause, LONGEST_PAUSE), failures)


def _row(database: Any, sql: str) -> Sequence[Any]:
    with database.cursor() as cursor:
        cursor.execute(sql)
        row: Sequence[Any] = cursor.fetchone()
    return row
