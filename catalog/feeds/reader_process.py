"""The process that reads a feed for ahead.py.

It imports nothing of the project before Django is set up in it.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from .reading import FeedReader


def serve(there: Connection, path: Path, size: int, today: date) -> None:
    """Read the feed at `path` for the other side of a pipe, from the second batch on."""
    # Ctrl-C ends the importing process, and that ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    from .reading import FeedReader

    reader = FeedReader(path, today=today)
    # So that it knows which books came up in the first batch.
    reader.read(size, with_derived=False)
    answer(there, reader, size)


def answer(there: Connection, reader: FeedReader, size: int) -> None:
    """Answer each request with a batch, or why there is none, until the other side is closed."""
    with suppress(EOFError, ConnectionError):
        while True:
            with_derived = there.recv()
            try:
                batch: object = reader.read(size, with_derived=with_derived)
            except OSError as error:
                batch = str(error)
            there.send(batch)
