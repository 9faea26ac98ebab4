"""Reads a feed in a process of its own, while this one waits for the database.

Reading costs as much time as writing; a thread would only take turns with the writer.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from .reader_process import serve
from .reading import Batch, FeedReader, Reader

# A new interpreter, since a copy of this process would share its connection to the database.
_SPAWN = multiprocessing.get_context("spawn")


class ReadingBroke(Exception):
    """The feed could not be read to its end; str() is the reason. What was read may be in the shop."""


def batches(
    path: Path, size: int, *, today: date, with_derived: Callable[[], bool]
) -> Iterator[Batch]:
    """The batches of a feed, `size` lines each, the next being read while one is in use.

    The first two always have what follows from their rows; for each later one `with_derived` is
    asked while the one before it is in use. The second process starts only for a feed of several
    batches. Raises CannotReadFeed before the first batch, or ReadingBroke.
    """
    reader = FeedReader(path, today=today)
    first = _read_here(reader, size, with_derived=True)
    if first.lines < size:
        yield first
        # A feed that breaks off says so only behind what it still gives.
        _read_here(reader, size, with_derived=False)
        return
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=serve, args=(there, path, size, today), daemon=True)
    process.start()
    there.close()
    try:
        here.send(True)
        yield first
        while (batch := _read(here.recv())).lines:
            here.send(with_derived())
            yield batch
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


def _read(answer: Batch | str) -> Batch:
    if isinstance(answer, str):
        raise ReadingBroke(answer)
    return answer
