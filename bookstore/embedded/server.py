"""A PostgreSQL server in a folder: made at the first start, reached over a Unix socket only.

The server outlives whoever started it, and nothing stops it behind your back: several
processes share it, and none of them knows whether it is the last.
"""

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg import pq
from psycopg.conninfo import make_conninfo

from bookstore.embedded import programs
from bookstore.embedded.programs import WAY_OUT, ServerError

__all__ = ["Server", "ServerError"]

MAJOR_VERSION = "18"
NAME = "bookstore"  # of the superuser and of the database
PORT = "5432"  # only a part of the socket's name: nothing listens on TCP
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 107  # bytes; Linux's limit, less the closing zero
PATIENCE = 60  # seconds for a start, a stop, or a recovery after a crash
NO_SUCH_PROCESS = 2**22 + 1  # above the highest process number that Linux gives out

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",  # laptops have no turning disks
    "jit": "off",  # our queries are short: compiling them costs more than it saves
    "log_checkpoints": "off",  # nobody rotates the log
    # Statements, and the rows that an error is about, hold names and addresses of people.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests: a crash of the machine may ruin the data. Commits stay synchronous, which costs
# nothing without fsync and lets them survive a killed server.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class Server:
    """The server in one folder. Its methods may be called from any thread or process.

    Creating one also removes every PG* variable from this process's environment: libpq would
    follow them (PGHOSTADDR, PGSERVICE, PGOPTIONS…) even against what connection_params() says.

    `durable` counts at the moment of the start; it does not change a running server.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.durable = durable
        for variable in [name for name in os.environ if name.startswith("PG")]:
            os.environ.pop(variable, None)

    def start(self) -> bool:
        """Make sure that the server accepts connections. True if this call started it.

        Of several callers at once exactly one starts it and the others wait. ServerError if
        it cannot be started; data that are already there are left as they were.
        """
        with self._locked():
            if self._answers_soon():
                return False
            if not self.data.exists():
                self._create_data()
            self._check_data()
            _make_private(self.socket_dir)
            self._forget_dead_postmaster()
            self._start_postmaster()
            return True

    def stop(self) -> bool:
        """End all connections and shut down cleanly. True if there was something to stop.

        ServerError if the server is still there after a minute.
        """
        if not self.folder.is_dir():
            return False
        with self._locked():
            if self._postmaster() is None:
                return False
            waiting = ("-w", "-t", str(PATIENCE))
            programs.run(
                "pg_ctl",
                "stop",
                "-D",
                "data",
                "-m",
                "fast",
                *waiting,
                folder=self.folder,
            )
            return True

    def is_running(self) -> bool:
        """Whether the server accepts connections now."""
        # Asked of the socket: a postmaster that was killed can stay in the process table for
        # a while, and pg_ctl takes it for a running one.
        where = make_conninfo(**self.connection_params(), connect_timeout=5)
        return pq.PGconn.ping(os.fsencode(where)) == pq.Ping.OK

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket: inside ours, unless the path is too long or has a comma."""
        inside = self.folder / "socket"
        fits = len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        if fits and "," not in str(inside):  # to libpq a comma separates two hosts
            return inside
        # Not tempfile.gettempdir(): two processes with different TMPDIRs must agree.
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()
        return Path("/tmp") / f"{NAME}-{os.geteuid()}-{digest[:16]}"

    def connection_params(self) -> dict[str, Any]:
        """Everything that psycopg.connect() needs."""
        return {
            "host": str(self.socket_dir),
            "port": PORT,
            "user": NAME,
            "dbname": NAME,
        }

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        except OSError as error:
            raise ServerError(
                f"The database folder cannot be used: {error}. "
                f"Make {self.folder} writable for the user who runs the shop. {WAY_OUT}"
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _answers_soon(self) -> bool:
        """Wait for a postmaster that is alive but still starting, recovering or stopping."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_running():
            if self._postmaster() is None:
                return False
            if time.monotonic() > deadline:
                raise ServerError(
                    f"The server in {self.folder} runs but does not accept connections. "
                    f"Read {self.log}, or stop it: "
                    f"python -m bookstore.embedded stop {shlex.quote(str(self.folder))}"
                )
            time.sleep(0.05)
        return True

    def _postmaster(self) -> int | None:
        """The process number of the living postmaster."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if _is_living_postgres(pid) else None

    def _create_data(self) -> None:
        """Make the data folder under another name: a crash halfway leaves no broken one."""
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        # Trust: the mode of the socket's folder is what keeps others out. "peer" would ask
        # for the caller's name, which does not exist in the user namespace of a root's server.
        options = [
            "-D",
            new.name,
            "-U",
            NAME,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]
        options += [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ]
        if not self.durable:
            options.append("--no-sync")
        programs.run("initdb", *options, folder=self.folder)
        # In single-user mode, so that a server with its data always has its database too.
        alone = ["--single", "-D", new.name, "-c", "exit_on_error=on", "postgres"]
        programs.run("postgres", *alone, folder=self.folder, stdin=f"CREATE DATABASE {NAME}\n")
        new.rename(self.data)

    def _check_data(self) -> None:
        """ServerError for data that this server could only fail on or spoil."""
        aside = f"Move {self.data} away to begin with an empty shop."
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise ServerError(f"This is no readable database ({error}). {aside}") from error
        if version != MAJOR_VERSION:
            raise ServerError(
                f"{self.data} was made by PostgreSQL {version}, and this is {MAJOR_VERSION}. "
                f"Dump it with PostgreSQL {version} if you want to keep it. {aside}"
            )
        user = self.data.stat().st_uid
        if user != programs.owner():
            raise ServerError(
                f"{self.data} belongs to user {user}, and the server would run as user "
                f"{programs.owner()}. Run the shop as the user who made it. {aside}"
            )

    def _forget_dead_postmaster(self) -> None:
        """Make the notes of a killed postmaster harmless; call only when none is alive.

        PostgreSQL believes in its old postmaster as long as any process has its number: a
        zombie, or after a reboot a stranger. The file stays, because it also names the shared
        memory by which PostgreSQL finds out whether old backends are still writing.
        """
        (self.socket_dir / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        notes = self.data / "postmaster.pid"
        if notes.exists():
            _pid, newline, rest = notes.read_text().partition("\n")
            notes.write_text(f"{NO_SUCH_PROCESS}{newline}{rest}")

    def _start_postmaster(self) -> None:
        start = [
            "start",
            "-D",
            "data",
            "-l",
            self.log.name,
            "-o",
            self._server_options(),
        ]
        start += ["-w", "-t", str(PATIENCE), "-s"]
        deadline = time.monotonic() + PATIENCE
        while True:
            position = self.log.stat().st_size if self.log.exists() else 0
            try:
                return programs.run("pg_ctl", *start, folder=self.folder)
            except ServerError as error:
                complaint = self._log_since(position)
                # Backends that outlive their postmaster notice it at their next wait.
                if "shared memory block" not in complaint or time.monotonic() > deadline:
                    raise ServerError(f"{error}\n{complaint}\n{WAY_OUT}") from error
                time.sleep(0.2)

    def _server_options(self) -> str:
        """The settings as pg_ctl wants them: one string, for a shell."""
        quoted = str(self.socket_dir).replace('"', '""')  # the setting is a list of names
        settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"', "port": PORT}
        if not self.durable:
            settings |= NOT_DURABLE
        return shlex.join(f"--{name}={value}" for name, value in settings.items())

    def _log_since(self, position: int) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace").strip()


def _make_private(folder: Path) -> None:
    """Make a folder that only we can enter. ServerError if somebody else made it before us."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ServerError(f"{folder} is in the way: it belongs to somebody else. Remove it.")
    folder.chmod(0o700)


def _is_living_postgres(pid: int) -> bool:
    """Whether this is a PostgreSQL process, and neither a zombie nor a stranger."""
    if not Path("/proc/self/stat").exists():
        return _exists(pid)  # no /proc on macOS
    try:
        name, state = Path(f"/proc/{pid}/stat").read_text().split("(")[-1].rsplit(") ", 1)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name == "postgres" and state[0] not in "ZX"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
