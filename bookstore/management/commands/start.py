from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.context import ForkProcess as Process
from types import FrameType
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

from accounts import demo
from bookstore import gunicorn_conf, static_stamp
from bookstore.commands import TaughtByExample
from bookstore.embedded.server import Server, ServerError
from bookstore.session_locks import session_lock

# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_379
SECONDS_TO_STOP = 10
SECONDS_TO_ANSWER = 30
LOCALHOST = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

BANNER = """
  The shop     http://localhost:{port}/
  The admin    http://localhost:{port}/admin/
  A shopper    {shopper[0]}   password {shopper[1]}
  Staff        {staff[0]}     password {staff[1]}
  Mail         as files in {mail}, or in the admin under Outbox

  Ctrl-C stops everything.
"""


EXAMPLE = """
example:
  manage.py start --port 8001

For one's own machine: it makes demo accounts and listens to this machine alone. A second one needs
another port; both then share the database.

exit status: 0 stopped by Ctrl-C, 1 the port is taken or a part of the shop ended
"""


class Command(TaughtByExample):
    help = (
        "Start the whole shop on this machine: database, web processes and a worker, until Ctrl-C. "
        "The first start fills an empty database with the demo catalogue."
    )
    example = EXAMPLE

    # Some checks ask the database, which would start it behind our back: they run once it is up.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="start with an empty catalogue")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        # The worker is forked from this process, so that mails name this address too.
        settings.SITE_URL = f"http://localhost:{port}"
        _require_free(port)
        with _terminated_like_ctrl_c(), _database():
            self._prepare(with_demo=not no_demo)
            # What is forked must not share a connection with us.
            connections.close_all()
            processes = [_spawn(_serve, port), _spawn(_work)]
            try:
                _wait_until_it_answers(port, processes)
                self.stdout.write(_banner(port))
                self.stdout.flush()
                _wait_for_any_to_end(processes)
            except KeyboardInterrupt:
                self.stdout.write("\nStopping …")
            finally:
                _stop(processes)

    def _prepare(self, *, with_demo: bool) -> None:
        self.check()
        # Another one that was started at the same moment finds all of it done.
        with session_lock(_LOCK, waits=True):
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            if not static_stamp.is_current():
                call_command("collectstatic", interactive=False, verbosity=0, clear=True)
                static_stamp.mark_current()
            if with_demo:
                call_command("load_demo", stdout=self.stdout)
            if settings.IS_DEMO:
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
    """A plain `kill`, or a closed terminal, stops the children as properly as Ctrl-C does.

    SIGINT is named too, since a shell starts background jobs with it ignored.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in STOP_SIGNALS:
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


def _spawn(run: Callable[..., None], *arguments: object) -> Process:
    """Run a function in a child: forked, so that Django is loaded once for all of them.

    The child leads a session of its own. Ctrl-C then reaches us alone, and we stop it in order.
    """
    process = get_context("fork").Process(target=_in_own_session, args=(run, *arguments))
    process.start()
    return process


def _in_own_session(run: Callable[..., None], *arguments: object) -> None:
    os.setsid()
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    run(*arguments)


def _serve(port: int) -> None:
    _Web(port).run()


def _work() -> None:
    call_command("worker")


class _Web(BaseApplication):  # type: ignore[misc]
    """gunicorn with an application that is loaded already."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        for name in self.cfg.settings.keys() & vars(gunicorn_conf):
            self.cfg.set(name, getattr(gunicorn_conf, name))
        self.cfg.set("bind", f"{LOCALHOST}:{self.port}")
        self.cfg.set("loglevel", "warning")

    def load(self) -> WSGIHandler:
        return get_wsgi_application()


def _wait_until_it_answers(port: int, processes: list[Process]) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        _raise_if_any_ended(processes)
        with contextlib.suppress(OSError), urlopen(f"http://localhost:{port}/healthz", timeout=5):
            return
        time.sleep(0.05)
    raise CommandError(f"The shop did not answer on port {port} in {SECONDS_TO_ANSWER} seconds.")


def _wait_for_any_to_end(processes: list[Process]) -> None:
    while True:
        _raise_if_any_ended(processes)
        time.sleep(0.5)


def _raise_if_any_ended(processes: list[Process]) -> None:
    for process in processes:
        if process.exitcode is not None:
            raise CommandError(f"A part of the shop ended with {process.exitcode}: see above.")


def _stop(processes: list[Process]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(SECONDS_TO_STOP)
        if process.exitcode is None:
            process.kill()
            process.join()


def _banner(port: int) -> str:
    mail = settings.MAIL_FOLDER or "(sent by SMTP)"
    return BANNER.format(port=port, shopper=demo.SHOPPER, staff=demo.STAFF, mail=mail)
