"""pg_dump, pg_restore and psql, run against the shop's database.

They learn passwords from their environment, never from a command line that others can read. A
Ctrl-C reaches the caller alone, who ends them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.db import connection

from .archive import CHUNK, CannotBackUp

# What no backup holds, but for the empty tables: sign-ins, which would be as good as passwords, what
# can be thought up again, and the queue, whose work the sweeps find by themselves.
LEFT_OUT = (
    "bookstore_cache",
    "django_session",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "usersessions_usersession",
)
# Everything but extensions, which may be somebody else's.
CLEAR = """
DO $clear$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
            AS kind, relname AS name
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP %s IF EXISTS public.%I CASCADE', thing.kind, thing.name);
    END LOOP;
    FOR thing IN
        SELECT oid::regprocedure::text AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN
        SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    LOOP
        EXECUTE format('DROP SEQUENCE IF EXISTS public.%I CASCADE', thing.name);
    END LOOP;
    FOR thing IN
        SELECT oid::regtype::text AS name FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'c', 'r')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN
        SELECT oid::regconfig::text AS name FROM pg_ts_config
        WHERE cfgnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_ts_config.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP TEXT SEARCH CONFIGURATION IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN
        SELECT oid::regdictionary::text AS name FROM pg_ts_dict
        WHERE dictnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_ts_dict.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP TEXT SEARCH DICTIONARY IF EXISTS %s CASCADE', thing.name);
    END LOOP;
END
$clear$;
"""
_PARAMETERS = ("host", "port", "user", "password")
# Whoever holds a table for longer is told of, instead of waited for.
PATIENCE = "SET client_min_messages = warning; SET lock_timeout = '30s';\n"


def program(name: str) -> str:
    """The path of one of them. Raises CannotBackUp where it is missing or older than the server."""
    psql = Path(_connecting()[0][0])
    found = str(psql.with_name(name)) if psql.is_absolute() else shutil.which(name)
    if found is None:
        raise CannotBackUp(f"There is no {name} here. Install PostgreSQL's client programs.")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = int(re.findall(r"\) (\d+)", told)[0])
    server = server_version()
    if version < server:
        raise CannotBackUp(
            f"{found} is of PostgreSQL {version} and the server of PostgreSQL {server}. "
            f"Put client programs of PostgreSQL {server} or later first in PATH."
        )
    return found


def server_version() -> int:
    """The first number of the server's version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def dump(snapshot: str) -> Generator[bytes]:
    """The database as another session sees it in `snapshot`, in pg_dump's own format."""
    left_out = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
    options = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=30s", *left_out]
    with _running("pg_dump", *options, *_arguments(), stdout=subprocess.PIPE) as process:
        assert process.stdout
        while chunk := process.stdout.read(CHUNK):
            yield chunk


def check(chunks: Iterable[bytes]) -> None:
    """Have pg_restore read the contents of a dump. Raises CannotBackUp if it cannot."""
    with _running("pg_restore", "--list", stdin=subprocess.PIPE) as process:
        _feed(process, chunks)


def load(
    chunks: Iterable[bytes], *, meanwhile: Callable[[], None], statements: Iterable[str]
) -> None:
    """Put a dump in the place of all that is in the database, in one transaction.

    Before it is committed `meanwhile` is called and the `statements` are run. Whatever breaks, and
    whoever is killed, the database is as it was: only the very last word commits.
    """
    quiet = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull)
    with _running("psql", *quiet, *_arguments(), stdin=subprocess.PIPE) as psql:
        script = psql.stdin
        assert script
        _write(script, f"BEGIN;\n{PATIENCE}{CLEAR}")
        plain = ("--no-owner", "--no-privileges", "--no-comments", "--file=-")
        with (
            _blaming(psql),
            _running("pg_restore", *plain, stdin=subprocess.PIPE, stdout=script) as restore,
        ):
            _feed(restore, chunks)
        meanwhile()
        _write(script, "".join(f"{statement};\n" for statement in statements))
        _write(script, "COMMIT;\n")
        script.close()
        _let_end(psql)


class _Failed(CannotBackUp):
    """A program ended with an error."""


@contextmanager
def _running(
    name: str, *arguments: str, stdin: int | None = None, stdout: int | IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The program, until it has ended; it is killed if what is done with it breaks off."""
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(
            [program(name), *arguments],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL if stdout is None else stdout,
            stderr=complaints,
            env={**os.environ, **(_connecting()[1] or {}), "LC_ALL": "C"},
            start_new_session=True,
        ) as process,
    ):
        ended_early = False
        try:
            yield process
        except BrokenPipeError:
            ended_early = True
        except BaseException:
            process.kill()
            raise
        if process.stdin and not process.stdin.closed:
            with suppress(BrokenPipeError):
                process.stdin.close()
        if process.wait() or ended_early:
            complaints.seek(0)
            told = complaints.read().decode(errors="replace").strip()
            raise _Failed(f"{name} failed: {told or process.returncode}")


@contextmanager
def _blaming(psql: subprocess.Popen[bytes]) -> Iterator[None]:
    """Of two programs in a row let the second one tell what it met, if it is why the first one failed."""
    try:
        yield
    except _Failed:
        # pg_restore ends with an error when nobody reads on; else it is at fault itself.
        try:
            failed = psql.wait(timeout=2) != 0
        except subprocess.TimeoutExpired:
            failed = False
        if failed:
            raise BrokenPipeError from None
        raise


def _feed(process: subprocess.Popen[bytes], chunks: Iterable[bytes]) -> None:
    assert process.stdin
    with suppress(BrokenPipeError):
        for chunk in chunks:
            process.stdin.write(chunk)
        process.stdin.close()


def _let_end(psql: subprocess.Popen[bytes]) -> None:
    """Wait for it, even if somebody presses Ctrl-C: its last word has been said."""
    while True:
        try:
            psql.wait()
            return
        except KeyboardInterrupt:
            continue


def _write(script: IO[bytes], words: str) -> None:
    script.write(words.encode())
    script.flush()


def _connecting() -> tuple[list[str], dict[str, str] | None]:
    there = connection.settings_dict
    options = there["OPTIONS"]
    # What stands behind the ? of DATABASE_URL, as the folder of a socket does, Django leaves out here.
    behind = {name.upper(): options[name] for name in _PARAMETERS if name in options}
    arguments, environment = connection.client.settings_to_cmd_args_env({**there, **behind}, [])
    return list(arguments), environment


def _arguments() -> list[str]:
    return _connecting()[0][1:]
