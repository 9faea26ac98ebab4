"""Whether the worker that runs a task is to end: a long task asks between two steps, and leaves the rest."""

from collections.abc import Callable
from contextvars import ContextVar

_is_asked_to: ContextVar[Callable[[], bool] | None] = ContextVar("is_asked_to", default=None)


class WorkerEnds(Exception):
    """The task has to be taken up by another worker. What it has done by now is done."""


def listen(is_asked_to: Callable[[], bool]) -> None:
    """From now on, in this task, `is_asked_to` says whether its worker is to end."""
    _is_asked_to.set(is_asked_to)


def check() -> None:
    """Raises WorkerEnds."""
    is_asked_to = _is_asked_to.get()
    if is_asked_to and is_asked_to():
        raise WorkerEnds
