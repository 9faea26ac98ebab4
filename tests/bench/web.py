"""Two web processes under load: how many requests they answer, and what of the processor they use."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from .catalogues import PROJECT, environment

LOCALHOST = "127.0.0.1"
PROCESSES = 2
CONNECTIONS = 4
SECONDS = 2
SECONDS_TO_START = 30
SECONDS_TO_STOP = 10
_SCRIPT = Path(__file__).with_name("cycle.lua")
_TICKS = os.sysconf("SC_CLK_TCK")


class LoadFailed(Exception):
    """The load could not be made, or was not answered; str() says why."""


@dataclass(frozen=True)
class Load:
    """What one run against one kind of page came to. Times are in milliseconds."""

    requests_per_second: float
    p50: float
    p95: float
    # Of the processor, for each request.
    python: float
    postgres: float

    @property
    def cpu(self) -> float:
        return self.python + self.postgres


@dataclass(frozen=True)
class Web:
    """gunicorn as `manage.py start` runs it."""

    process: subprocess.Popen[bytes]
    port: int
    # Of the database server.
    postmaster: int

    def load(self, lines: Sequence[str], cookie: str = "", seconds: int = SECONDS) -> Load:
        """Ask for the addresses in turn, over four connections. LoadFailed if any answer is an error."""
        python, postgres = self.used()
        told = self.run_wrk(_SCRIPT, lines, cookie, seconds=seconds, connections=CONNECTIONS)
        if told["failed"] or not told["requests"]:
            raise LoadFailed(f"{told['requests']} requests answered, {told['failed']} failed")
        per_request = 1000 / told["requests"]
        python_after, postgres_after = self.used()
        return Load(
            requests_per_second=told["requests"] / told["microseconds"] * 1e6,
            p50=told["p50"] / 1000,
            p95=told["p95"] / 1000,
            python=(python_after - python) * per_request,
            postgres=(postgres_after - postgres) * per_request,
        )

    def run_wrk(
        self, script: Path, lines: Sequence[str], *arguments: str, seconds: int, connections: int
    ) -> dict[str, Any]:
        """What a script for wrk tells at its end. It gets a file of lines, and the arguments."""
        site = f"http://{LOCALHOST}:{self.port}"
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
            command += ["-s", str(script), site, "--", file.name, *arguments]
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise LoadFailed(f"wrk failed: {done.stderr or done.stdout}")
        told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return told

    def used(self) -> tuple[float, float]:
        """Seconds of the processor until now: of the web and of the database processes."""
        python = sum(_used(pid)[0] for pid in _children(self.process.pid))
        return python, _postgres(self.postmaster)


@contextlib.contextmanager
def running(database: str, postmaster: int, *, with_cache: bool) -> Iterator[Web]:
    """The shop on a free port of this machine; ended with the block, whatever happens in it."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{LOCALHOST}:{port}"]
    command += ["--workers", str(PROCESSES), "--worker-class", "sync", "--log-level", "warning"]
    command += ["--no-control-socket", "bookstore.wsgi"]
    # A session of its own: Ctrl-C reaches the bench alone, which then ends it in order.
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment(database) | {"BENCH_CACHE": "on" if with_cache else "off"},
        start_new_session=True,
    )
    try:
        _wait_until_it_answers(process, port)
        yield Web(process, port, postmaster)
    finally:
        _stop(process)


def wrk() -> str:
    """The path of wrk. LoadFailed if it is not installed."""
    path = shutil.which("wrk")
    if path is None:
        raise LoadFailed(
            "The bench makes its load with wrk, which is not installed (Debian: apt install wrk)."
        )
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise LoadFailed(f"gunicorn ended with {process.returncode}: see above.")
        with contextlib.suppress(OSError), urlopen(f"http://{LOCALHOST}:{port}/healthz", timeout=5):
            return
        time.sleep(0.1)
    raise LoadFailed(f"gunicorn did not answer in {SECONDS_TO_START} seconds.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _postgres(postmaster: int) -> float:
    """Seconds of the processor: of the server's living processes, and of those that have ended."""
    ended = _used(postmaster)[1]
    return ended + sum(_used(pid)[0] for pid in _children(postmaster))


def _used(pid: int) -> tuple[float, float]:
    """Seconds of the processor that a process has used, and that its ended children had used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    user, system, ended_user, ended_system = map(int, fields[11:15])
    return (user + system) / _TICKS, (ended_user + ended_system) / _TICKS


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []
