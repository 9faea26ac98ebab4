"""What an operator is told of a running shop: one finding for each thing that is looked at.

Each app that has something to tell has a module `health_checks` with a list CHECKS of functions: they
are given the moment, and return findings. `manage.py health` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# What was given up is kept for longer, and told for so long.
LATELY = timedelta(days=7)


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """`figure` is what was measured, in the unit that `limit` names; `words` say it."""

    name: str
    state: State
    words: str
    figure: float | None = None
    limit: str = ""


type Check = Callable[[datetime], Iterable[Finding]]


def graded(figure: float, *, warn: float, fail: float = float("inf")) -> State:
    """How bad a figure is that should be small."""
    if figure >= fail:
        return State.FAIL
    return State.WARN if figure >= warn else State.OK


def span(seconds: float) -> str:
    """So many seconds, as people say it."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
