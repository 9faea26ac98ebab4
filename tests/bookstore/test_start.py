"""`manage.py start` and `manage.py migrate`: of two at once each finds a whole shop."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.processes import PROJECT, database_url, wait_for
from tests.valkey import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a shop whose database has nothing in it."""
    # Tests beside this one have others.
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield {
        **os.environ,
        "DATABASE_URL": f"{database_url().rpartition('/')[0]}/{name}",
        "STATIC_ROOT": str(tmp_path / "static"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PRIVATE_ROOT": str(tmp_path / "private"),
        "MAIL_FOLDER": str(tmp_path / "mail"),
    }
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def begun(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.deep
def test_of_two_migrations_at_once_the_second_waits_and_finds_nothing_to_do(empty):
    two = [begun(empty, "migrate") for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in two]

    assert [process.returncode for process in two] == [0, 0], said
    assert sorted("No migrations to apply" in text for text in said) == [False, True]


@pytest.mark.deep
def test_two_at_once_make_one_shop(empty):
    ports = [free_port(), free_port()]
    two = [begun(empty, "start", "--no-demo", f"--port={port}") for port in ports]
    try:
        assert wait_for(lambda: have_ended(two) or all(map(is_ready, ports)), 120)
        assert not have_ended(two), [process.communicate()[0] for process in two]
    finally:
        for process in two:
            process.terminate()
            process.communicate(timeout=30)

    assert [process.returncode for process in two] == [0, 0]


def test_a_port_that_is_taken_is_told_before_anything_is_begun():
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(CommandError, match="is taken by another program"),
    ):
        call_command("start", port=other.getsockname()[1])


def have_ended(processes: list[subprocess.Popen[str]]) -> bool:
    return any(process.poll() is not None for process in processes)


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
