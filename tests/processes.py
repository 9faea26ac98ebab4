"""Real workers for tests, each in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings as django_settings
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent


def empty_queue() -> None:
    """Django does not flush procrastinate's tables between tests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers"
            " CASCADE"
        )


def database_url() -> str:
    """The address of the test database, for a child process."""
    name = connection.settings_dict["NAME"]
    if django_settings.EMBEDDED_DATABASE:
        return f"embedded/{name}"
    return f"{django_settings.DATABASE_URL.rpartition('/')[0]}/{name}"


@contextmanager
def worker(**environment: str) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url(), **environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


def wait_for(happened: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.2)
    return False
