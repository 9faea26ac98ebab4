"""Reads a feed in a process of its own, while this one waits for the database.

Reading costs as much time as writing; a thread would only take turns with the writer.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from django.utils.translation import gettext as _

from .kinds import Kind, reader_of
from .reader_process import serve
from .reading import Batch, Reader

# A new interpreter, since a copy of this process would share its connection to the database.
_SPAWN = multiprocessing.get_context("spawn")


class ReadingBroke(Exception):
    """The feed could not be read to its end; str() is the reason. What was read may be in the shop."""


def batches(
    path: Path,
    size: int,
    *,
    kind: Kind,
    today: date,
    with_derived: Callable[[], bool],
    skip: int = 0,
) -> Iterator[Batch]:
    """The batches of a feed, `size` records each, the next being read while one is in use.

    The first two always have what follows from their rows; for each later one `with_derived` is
    asked while the one before it is in use. The first `skip` records are read past, and what is
    wrong with them is not told. The second process starts only for a feed of several batches.
    Raises CannotReadFeed before the first batch, or ReadingBroke.
    """
    reader = reader_of(kind)(path, today=today)
    first = None if skip else _read_here(reader, size, with_derived=True)
    if first and first.lines < size:
        yield first
        # A feed that breaks off says so only behind what it still gives.
        _read_here(reader, size, with_derived=False)
        return
    if first:
        skip = size
    # The kind by its name: to know more of it, that process would need Django at once.
    with _reading(str(kind), path, size, today, skip) as answers:
        answers.send(True)
        if first:
            yield first
        while (batch := _read(answers)).lines:
            answers.send(with_derived())
            yield batch


@contextmanager
def _reading(*what: object) -> Iterator[Connection]:
    """A process that reads: ask it whether the next batch needs what follows, and it sends that batch."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=serve, args=(there, *what), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    except (EOFError, OSError) as error:
        raise ReadingBroke(_("the process that reads it has ended")) from error
    finally:
        here.close()
        process.join()


def _read_here(reader: Reader, size: int, *, with_derived: bool) -> Batch:
    try:
        return reader.read(size, with_derived=with_derived)
    except OSError as error:
        raise ReadingBroke(str(error)) from error


def _read(answers: Connection) -> Batch:
    answer: Batch | str = answers.recv()
    if isinstance(answer, str):
        raise ReadingBroke(answer)
    return answer
