from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts import demo
from bookstore import static_stamp
from bookstore.embedded.server import Server, ServerError

WEB_PROCESSES = 2
SECONDS_TO_STOP = 10
SECONDS_TO_ANSWER = 30
LOCALHOST = "127.0.0.1"

BANNER = """
  The shop     http://localhost:{port}/
  The admin    http://localhost:{port}/admin/
  A shopper    {shopper[0]}   password {shopper[1]}
  Staff        {staff[0]}     password {staff[1]}
  Mail         as files in {mail}, or in the admin under Outbox

  Ctrl-C stops everything.
"""


class Command(BaseCommand):
    help = (
        "Start the whole shop on this machine: database, web processes and a worker, until Ctrl-C. "
        "The first start fills an empty database with the demo catalogue. For one's own machine: it "
        "makes demo accounts and listens to this machine alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="start with an empty catalogue")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        os.environ["SITE_URL"] = f"http://localhost:{port}"
        _require_free(port)
        with _terminated_like_ctrl_c(), _database():
            self._prepare(with_demo=not no_demo)
            processes = [_spawn(*_web_command(port)), _spawn(*_worker_command())]
            try:
                _wait_until_it_answers(port, processes)
                self.stdout.write(_banner(port))
                _wait_for_any_to_end(processes)
            except KeyboardInterrupt:
                self.stdout.write("\nStopping …")
            finally:
                _stop(processes)
                connection.close()

    def _prepare(self, *, with_demo: bool) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not static_stamp.is_current():
            call_command("collectstatic", interactive=False, verbosity=0, clear=True)
            static_stamp.mark_current()
        if with_demo:
            call_command("load_demo", stdout=self.stdout)
        demo.make_accounts()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken by another program. Choose another: make run PORT=8001"
            ) from error


@contextlib.contextmanager
def _terminated_like_ctrl_c() -> Iterator[None]:
    """A plain `kill`, or a closed terminal, stops the children as properly as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    yield


@contextlib.contextmanager
def _database() -> Iterator[None]:
    """The embedded server while the shop runs; left alone if it was running before."""
    if not settings.EMBEDDED_DATABASE:
        yield
        return
    options: Any = settings.DATABASES["default"]["OPTIONS"]
    server = Server(options["folder"])
    try:
        started_here = server.start()
    except ServerError as error:
        raise CommandError(str(error)) from error
    try:
        yield
    finally:
        if started_here:
            server.stop()


def _web_command(port: int) -> tuple[str, ...]:
    return (
        "-m",
        "gunicorn",
        "bookstore.wsgi",
        f"--bind={LOCALHOST}:{port}",
        f"--workers={WEB_PROCESSES}",
        "--worker-class=sync",
        "--no-control-socket",
        "--log-level=warning",
    )


def _worker_command() -> tuple[str, ...]:
    return ("manage.py", "worker")


def _spawn(*arguments: str) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, start_new_session=True
    )


def _wait_until_it_answers(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        _raise_if_any_ended(processes)
        with contextlib.suppress(OSError), socket.create_connection((LOCALHOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise CommandError(f"The shop did not answer on port {port} in {SECONDS_TO_ANSWER} seconds.")


def _wait_for_any_to_end(processes: list[subprocess.Popen[bytes]]) -> None:
    while True:
        _raise_if_any_ended(processes)
        time.sleep(0.5)


def _raise_if_any_ended(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is not None:
            raise CommandError(f"{process.args!r} ended with {process.returncode}.")


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _banner(port: int) -> str:
    mail = settings.MAIL_FOLDER or "(sent by SMTP)"
    return BANNER.format(port=port, shopper=demo.SHOPPER, staff=demo.STAFF, mail=mail)
