"""Closing the shop for a while, on all machines at once: one row of the database that they share."""

import math
import time
from datetime import datetime
from typing import NamedTuple

from django.core.cache import caches
from django.db import Error

KEY = "maintenance"
# For so many seconds a process believes what it last saw.
LOOK_EVERY = 5


class Closure(NamedTuple):
    """The shop is closed, until the moment that whoever closed it named, if any."""

    until: datetime | None


class _Seen:
    closure: Closure | None = None
    look_again_at = -math.inf


def close(until: datetime | None) -> None:
    """Close the shop everywhere, at the latest in LOOK_EVERY seconds, until somebody opens it."""
    caches["lasting"].set(KEY, Closure(until), timeout=None)


def open_again() -> None:
    caches["lasting"].delete(KEY)


def closure() -> Closure | None:
    """How the shop is closed, or nothing if it is open. A query every LOOK_EVERY seconds.

    While the database does not answer, what was last seen holds.
    """
    if time.monotonic() >= _Seen.look_again_at:
        try:
            believe(caches["lasting"].get(KEY), seconds=LOOK_EVERY)
        except Error:
            believe(_Seen.closure, seconds=LOOK_EVERY)
    return _Seen.closure


def believe(closure: Closure | None, *, seconds: float) -> None:
    """Take `closure` for what is so in this process, without a look, for so many seconds."""
    _Seen.closure, _Seen.look_again_at = closure, time.monotonic() + seconds
