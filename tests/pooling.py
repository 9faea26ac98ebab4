"""A real PgBouncer for a test, on a free port, in front of the database of the tests."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from bookstore.embedded import userns
from tests.processes import wait_for
from tests.valkey import free_port

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
NOBODY = "65534"

CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_prepared_statements = 200
"""


def version() -> tuple[int, ...]:
    told = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.findall(r"\d+", told.splitlines()[0])))


@contextmanager
def pgbouncer(folder: Path, *, mode: str, size: int) -> Iterator[int]:
    """Its port. So many connections to the database are all that its clients share."""
    port = free_port()
    there = {name: connection.settings_dict[name.upper()] for name in ("host", "port", "user")}
    text = CONFIGURATION.format(**there, listen=port, mode=mode, size=size)
    if version() < (1, 21):
        text = text.replace("max_prepared_statements = 200\n", "")
    (folder / "pgbouncer.ini").write_text(text)
    command = [PROGRAM, str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:  # it refuses to run as root
        command = [sys.executable, "-I", "-S", userns.__file__, NOBODY, *command]
    with (folder / "pgbouncer.log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        assert wait_for(lambda: _answers(port), 10), (folder / "pgbouncer.log").read_text()
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    where = {"host": "127.0.0.1", "port": port, "user": connection.settings_dict["USER"]}
    try:
        psycopg.connect(**where, dbname=connection.settings_dict["NAME"]).close()
    except psycopg.OperationalError:
        return False
    return True
