"""How far a long command has come: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

from typing import Self

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class ProgressBar:
    """Shows `done` of `total` and a text. Use as a context manager."""

    def __init__(self, stream: OutputWrapper, total: int) -> None:
        self._stream = stream
        self._total = max(total, 1)
        self._shown = 0
        self._bar: Progress | None = None
        if stream.isatty():
            columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
            self._task = self._bar.add_task("", total=self._total)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, done: int, text: str) -> None:
        if self._bar:
            self._bar.update(self._task, completed=done, description=text)
            return
        percent = min(100, 100 * done // self._total)
        # Ten lines are enough for a log.
        if percent // 10 > self._shown // 10:
            self._stream.write(f"{percent:3d} %  {text}")
            self._stream.flush()
            self._shown = percent
