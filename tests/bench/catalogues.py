"""The bench's database server and its catalogues, which are kept from one run to the next."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from bookstore.embedded import server as embedded
from bookstore.embedded.server import Server

from .orders import make_orders
from .targets import LARGE

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".local" / "bench"
SETTINGS_MODULE = "tests.bench.settings"
SEED = 1
# A server as an operator sets it up for a large shop; in all else that of `make run`.
embedded.SETTINGS |= {"shared_buffers": "1GB", "max_wal_size": "4GB"}


def database_of(books: int) -> str:
    return f"bench_{books}"


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """The bench's server, ended with the block."""
    server = Server(FOLDER / "postgres")
    # One that somebody left running may have other settings.
    server.stop()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def postmaster(server: Server) -> int:
    """The number of the server's first process, whose children all others are."""
    return int((server.data / "postmaster.pid").read_text().split("\n")[0])


def prepare(server: Server, books: int) -> None:
    """See to it that there is a catalogue of so many books, with all that pages look up in it."""
    name = database_of(books)
    _make_database(server, name)
    _manage(name, "migrate", "-v0")
    _manage(name, "createcachetable")
    _manage(name, "collectstatic", "--no-input", "-v0")
    if not _holds_books(server, name):
        _manage(name, "make_catalogue", f"--books={books}", f"--seed={SEED}")
        with connected(server, name) as connection:
            # The checkout is measured on a copy of a small one, which has to be made quickly.
            if books >= LARGE:
                make_orders(connection, books)
            # What the server does by itself some minutes later.
            connection.execute("VACUUM (ANALYZE)")


def environment(database: str) -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": SETTINGS_MODULE, "BENCH_DATABASE": database}


def _make_database(server: Server, name: str) -> None:
    with connected(server, "bookstore") as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _holds_books(server: Server, name: str) -> bool:
    with connected(server, name) as connection:
        return connection.execute("SELECT FROM catalog_book LIMIT 1").fetchone() is not None


@contextlib.contextmanager
def copied(server: Server, books: int, name: str) -> Iterator[None]:
    """A copy of a catalogue that can be changed inside the block, and is gone after it."""
    _drop(server, name)
    try:
        with connected(server, "bookstore") as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            names = sql.Identifier(name), sql.Identifier(database_of(books))
            connection.execute(statement.format(*names))
            found = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", [name])
            _warm(server.data / "base" / str(found.fetchone()[0]))
        yield
    finally:
        _drop(server, name)


def connected(server: Server, name: str) -> psycopg.Connection:
    where = server.connection_params() | {"dbname": name}
    return psycopg.connect(**where, autocommit=True)


def _drop(server: Server, name: str) -> None:
    with connected(server, "bookstore") as connection:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(statement.format(sql.Identifier(name)))


def _warm(folder: Path) -> None:
    """Wait for the disk to have the copy, and read it into memory, as a shop in service has its data."""
    os.sync()
    for path in folder.iterdir():
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass


def _manage(database: str, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=PROJECT, env=environment(database), check=True)
