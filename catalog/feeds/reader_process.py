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
    from .reading import Reader


def serve(there: Connection, kind: str, path: Path, size: int, today: date, skip: int) -> None:
    """Read the feed at `path` for the other side of a pipe, behind its first `skip` records."""
    # Ctrl-C ends the importing process, and that ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    from .kinds import Kind, reader_of

    reader = reader_of(Kind(kind))(path, today=today)
    answer(there, reader, size, skip)


def answer(there: Connection, reader: Reader, size: int, skip: int) -> None:
    """Answer each request with a batch, or why there is none, until the other side is closed."""
    with suppress(EOFError, ConnectionError):
        while True:
            with_derived = there.recv()
            try:
                read_past(reader, skip, size)
                skip = 0
                batch: object = reader.read(size, with_derived=with_derived)
            except OSError as error:
                batch = str(error)
            there.send(batch)


def read_past(reader: Reader, records: int, size: int) -> None:
    """Read so many records and forget them, `size` at a time; the reader knows which books came up."""
    while records and (read := reader.read(min(records, size), with_derived=False).lines):
        records -= read
