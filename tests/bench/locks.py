"""How long a checkout keeps others from its books: from the lock to the end of the COMMIT."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles
from typing import Any

from django.db import connection, transaction

_BOOKS, _LOCK = "catalog_book", "FOR NO KEY UPDATE"


@dataclass(frozen=True)
class LockTimes:
    """Milliseconds, one checkout at a time. `flushed` is what waiting for the disk is of the half."""

    half: float
    p95: float
    flushed: float


def lock_times(checkouts: Sequence[Callable[[], object]]) -> LockTimes:
    """Measure checkouts, of which every other does not wait until the disk has its commits."""
    held: dict[str, list[float]] = {"on": [], "off": []}
    for place, checkout in enumerate(checkouts):
        waits = "off" if place % 2 else "on"
        with connection.cursor() as cursor:
            cursor.execute(f"SET synchronous_commit = {waits}")
        with _timed() as times:
            checkout()
        held[waits] += times
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    half = median(held["on"])
    p95 = quantiles(held["on"], n=20)[-1]
    return LockTimes(half=half, p95=p95, flushed=half - median(held["off"]))


@contextmanager
def _timed() -> Iterator[list[float]]:
    times: list[float] = []

    def ended(began: float) -> None:
        times.append((time.perf_counter() - began) * 1000)

    def watch(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping
    ) -> Any:
        began = time.perf_counter()
        answer = execute(sql, params, many, context)
        if _BOOKS in sql and _LOCK in sql:
            transaction.on_commit(partial(ended, began))
        return answer

    with connection.execute_wrapper(watch):
        yield times
