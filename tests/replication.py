"""A streaming replica of the server that all tests use, made by PostgreSQL's own programs."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings as django_settings
from django.db import connection

from bookstore.embedded import programs
from bookstore.embedded.server import NAME, PORT, Server

SECONDS_TO_CATCH_UP = 60
# How the names of slots begin that tests make: what the primary keeps for a replica goes by them.
SLOT = "bookstore_tests_"


class Replica:
    """It may be killed, stopped halfway and started again. `start` makes it whole again.

    `remove` must end it: until then the primary keeps all that it has not yet told the replica.
    """

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder / "replica", durable=False)
        self.slot = f"{SLOT}{os.getpid()}_{uuid.uuid4().hex[:8]}"

    def make(self) -> None:
        """Copy the primary as it runs, and follow it from there."""
        _drop_slots_of_the_dead()
        self.server.folder.mkdir(mode=0o700)
        primary = Server(django_settings.LOCAL_DIR / "postgres")
        where = ["-h", str(primary.socket_dir), "-p", PORT, "-U", NAME]
        how = ["-D", "data", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        how += [f"--slot={self.slot}"]
        with connection.cursor() as cursor:
            # Before the copy begins: another one's checkpoint would do away with what it needs.
            cursor.execute("SELECT pg_create_physical_replication_slot(%s, true)", [self.slot])
        programs.run("pg_basebackup", *where, *how, folder=self.server.folder)
        self.start()

    def remove(self) -> None:
        self.kill()
        wait_until(lambda: _is_dropped(self.slot))

    def start(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)
        self.server.start()
        self.go_on_replaying()

    def kill(self) -> None:
        """Without a word, as when its machine is gone."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def halt(self) -> None:
        """Stop all its processes where they stand: connections stay open, and nobody answers."""
        for pid in self.processes():
            os.kill(pid, signal.SIGSTOP)

    def processes(self) -> list[int]:
        """The postmaster, if it lives, and its children."""
        try:
            first = int((self.server.data / "postmaster.pid").read_text().split("\n")[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [first, *map(int, children)]

    def stop_replaying(self) -> None:
        self.ask("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def go_on_replaying(self) -> None:
        self.ask("SELECT pg_wal_replay_resume() WHERE pg_is_wal_replay_paused()")

    def catch_up(self) -> None:
        """Wait until it has all that is committed by now."""
        position = self.push_out()
        wait_until(lambda: self.ask("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", position))

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Within the block it replays nothing, and goes on to answer with what it has."""
        _postmaster, *children = self.processes()
        names = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
        [replaying] = [pid for pid, name in names.items() if b"startup" in name]
        os.kill(replaying, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(replaying, signal.SIGCONT)

    def push_out(self) -> str:
        """Have the primary write what is committed: commits of tests wait for no disk."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_logical_emit_message(false, 'tests', '', true)")
            cursor.execute("SELECT pg_current_wal_lsn()::text")
            return cursor.fetchone()[0]

    def ask(self, question: str, *values: Any) -> Any:
        """The first column of the answer's first row, if there is one."""
        where = {**self.server.connection_params(), "dbname": connection.settings_dict["NAME"]}
        with psycopg.connect(**where, autocommit=True, connect_timeout=10) as own:
            row = own.execute(question, values).fetchone()
        return row and row[0]

    @property
    def url(self) -> str:
        """Its copy of the test database, for REPLICA_URLS."""
        folder = quote(str(self.server.socket_dir), safe="")
        return f"postgres://{NAME}@{folder}:{PORT}/{connection.settings_dict['NAME']}"


def _drop_slots_of_the_dead() -> None:
    """Those of test runs that ended without a word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slot_name FROM pg_replication_slots WHERE starts_with(slot_name, %s)", [SLOT]
        )
        slots = [row[0] for row in cursor.fetchall()]
    for slot in slots:
        if not Path(f"/proc/{slot.removeprefix(SLOT).partition('_')[0]}").exists():
            _is_dropped(slot)


def _is_dropped(slot: str) -> bool:
    """Whether it is gone, also by this try."""
    named = "FROM pg_replication_slots WHERE slot_name = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(active_pid) {named} AND active", [slot])
        cursor.execute(f"SELECT pg_drop_replication_slot(slot_name) {named} AND NOT active", [slot])
        cursor.execute(f"SELECT count(*) {named}", [slot])
        return cursor.fetchone()[0] == 0


def wait_until(happened: Any) -> None:
    give_up = time.monotonic() + SECONDS_TO_CATCH_UP
    while not happened():
        assert time.monotonic() < give_up, "the replica does not come so far"
        time.sleep(0.02)
