"""Reads a feed in a process of its own, while this one waits for the database.

Reading costs as much time as writing; a thread would only take turns with the writer.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from .csv_reader import CannotReadFeed
from .reader_process import serve
from .reading import Batch, FeedReader

# A new interpreter, since a copy of this process would share its connection to the database.
_SPAWN = multiprocessing.get_context("spawn")


class ReaderDied(CannotReadFeed):
    """The process that reads the feed has ended before the feed did."""

    def __init__(self) -> None:
        super().__init__(_("The reading of the file broke off. Please import it again to go on."))


def batches(
    path: Path, size: int, *, today: date, with_derived: Callable[[], bool]
) -> Iterator[Batch]:
    """The batches of a feed, `size` lines each, the next being read while one is in use.

    `with_derived` is asked before each batch but the first, which always has it. The second process
    starts only for a feed of several batches. Raises CannotReadFeed, or ReaderDied.
    """
    first = FeedReader(path, today=today).read(size, with_derived=True)
    if first.lines < size:
        yield first
        return
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=serve, args=(there, path, size, today), daemon=True)
    process.start()
    there.close()
    try:
        # It reads the first batch as well, to know what books came up in it.
        here.send(False)
        here.send(True)
        yield first
        here.recv()
        while (batch := here.recv()).lines:
            here.send(with_derived())
            yield batch
    except (EOFError, ConnectionError) as error:
        raise ReaderDied from error
    finally:
        here.close()
        process.join()
