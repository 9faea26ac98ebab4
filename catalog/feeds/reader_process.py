"""The process that reads a feed for ahead.py.

It imports nothing of the project before Django is set up in it.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import django


def serve(there: Connection, path: Path, size: int, today: date) -> None:
    """Answer each request with a batch, until the other side closes the pipe."""
    # Ctrl-C ends the importing process, and that ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    from .reading import FeedReader

    reader = FeedReader(path, today=today)
    with suppress(EOFError, ConnectionError):
        while True:
            there.send(reader.read(size, with_derived=there.recv()))
