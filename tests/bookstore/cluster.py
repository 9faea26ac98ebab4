"""A shop of several machines, in processes of its own: web, workers, and who sends requests to them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

from tests.processes import PROJECT, database_url

LOCALHOST = "127.0.0.1"
# Of machines on which much else goes on.
SECONDS_TO_START = 90
SECONDS_TO_ANSWER = 60
SECONDS_TO_DIE = 20
LINES_OF_LOG = 40


class Machine:
    """One process with its children, which can be killed without a word."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: dict[str, str]):
        self.name, self.log = name, folder / f"{name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=PROJECT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(SECONDS_TO_DIE)

    def said(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LINES_OF_LOG:]
        return "\n".join([f"--- {self.name} ({self.process.poll()})", *lines])


class Web(Machine):
    def __init__(self, number: int, folder: Path, environment: dict[str, str]):
        self.port = _free_port()
        # When nobody was there any more.
        self.gone_at = float("inf")
        serve = ["-m", "gunicorn", "--bind", f"{LOCALHOST}:{self.port}", "--workers", "1"]
        serve += ["--log-level", "warning", "--no-control-socket", "bookstore.wsgi"]
        super().__init__(f"web-{number}", serve, folder, environment)

    def wait_until_it_answers(self) -> None:
        give_up = time.monotonic() + SECONDS_TO_START
        while True:
            assert self.process.poll() is None, f"{self.name} ended"
            with suppress(OSError, HTTPException):
                connection = HTTPConnection(LOCALHOST, self.port, timeout=SECONDS_TO_ANSWER)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            assert time.monotonic() < give_up, f"{self.name} does not answer"
            time.sleep(0.1)

    def kill(self) -> None:
        super().kill()
        give_up = time.monotonic() + SECONDS_TO_DIE
        while not self._refuses():
            assert time.monotonic() < give_up, f"{self.name} does not die"
        self.gone_at = min(self.gone_at, time.monotonic())

    def _refuses(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOCALHOST, self.port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Lost:
    """A request that was under way, from a moment on, when its connection broke."""

    port: int
    what: str
    begun_at: float


@dataclass(frozen=True)
class Answer:
    status: int
    to: str
    cookies: list[str]
    text: str


class BrokeOff(Exception):
    """The machine was gone before it had answered."""


@dataclass
class Balancer:
    """Sends requests to the web processes in turn; where nobody is there, to the next one."""

    ports: list[int]
    lost: list[Lost] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    _turn: Iterator[int] = field(default_factory=count)
    _lock: Lock = field(default_factory=Lock)

    def ask(
        self, path: str, form: dict[str, str] | None, cookie: str, port: int | None = None
    ) -> Answer:
        """BrokeOff if the machine that had taken the request is gone."""
        connection, begun_at = self._connected(port)
        method = "GET" if form is None else "POST"
        headers = {"Cookie": cookie, "Connection": "close"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form or {}), headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            what = f"{method} {path} {error!r}"
            self.lost.append(Lost(connection.port, what, begun_at))
            raise BrokeOff from error
        finally:
            connection.close()
        self.answered.append(response.status)
        cookies = response.headers.get_all("Set-Cookie") or []
        return Answer(response.status, response.headers.get("Location", ""), cookies, text)

    def _connected(self, port: int | None) -> tuple[HTTPConnection, float]:
        for _attempt in self.ports:
            with self._lock:
                turn = next(self._turn)
            begun_at = time.monotonic()
            chosen = port or self.ports[turn % len(self.ports)]
            connection = HTTPConnection(LOCALHOST, chosen, timeout=SECONDS_TO_ANSWER)
            with suppress(ConnectionRefusedError):
                connection.connect()
                return connection, begun_at
        raise AssertionError("no web process is left")


@dataclass
class Cluster:
    webs: list[Web]
    workers: list[Machine]
    balancer: Balancer


@contextmanager
def running(folder: Path, mails: Path, replica_url: str, max_lag: int) -> Iterator[Cluster]:
    """Three web processes and two workers; what fails meanwhile is told with the ends of their logs."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.bookstore.cluster_settings",
        "DATABASE_URL": database_url(),
        "REPLICA_URLS": replica_url,
        "REPLICA_MAX_LAG": str(max_lag),
        "ALLOWED_HOSTS": LOCALHOST,
        "SITE_URL": "http://shop.example",
        "HTTPS_ONLY": "off",
        "PAYMENT_PROVIDER": "demo",
        "MAIL_FOLDER": str(mails),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder),
        "SHOP_LANGUAGE": "en-gb",
    }
    webs: list[Web] = []
    workers: list[Machine] = []
    try:
        webs += [Web(number, folder, environment) for number in (1, 2, 3)]
        work = ["manage.py", "worker"]
        workers += [Machine(f"worker-{n}", work, folder, environment) for n in (1, 2)]
        for web in webs:
            web.wait_until_it_answers()
        yield Cluster(webs, workers, Balancer([web.port for web in webs]))
    except BaseException as error:
        for machine in (*webs, *workers):
            error.add_note(machine.said())
        raise
    finally:
        for machine in (*webs, *workers):
            machine.kill()
