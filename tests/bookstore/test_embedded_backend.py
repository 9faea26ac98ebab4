"""The Django backend that starts the embedded server, each time in a process of its own.

These processes have settings of their own too: the tests' own database must not be touched.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bookstore.embedded.server import Server

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]

PREPARE = """
import os, signal, sys, threading
from pathlib import Path
import django
from django.conf import settings
from django.core.management import call_command

folder = Path(sys.argv[1])
options = {"folder": folder, "durable": False}
database = {"ENGINE": "bookstore.embedded", "NAME": "bookstore", "OPTIONS": options}
settings.configure(
    DATABASES={"default": database},
    INSTALLED_APPS=["procrastinate.contrib.django"],
    USE_TZ=True,
)
django.setup()
from django.db import connection, connections

def ask(question="SELECT current_database()"):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]

"""

Run = Callable[[str], str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run a script after the preparations above, and give back what it printed."""
    folder = tmp_path_factory.mktemp("backend") / "pg"
    environment = {**os.environ, "PGHOST": "192.0.2.1", "PGDATABASE": "x", "PGUSER": "x"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def in_a_process(script: str) -> str:
        command = [sys.executable, "-c", PREPARE + script, str(folder)]
        done = subprocess.run(
            command,
            check=False,
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    yield in_a_process
    Server(folder).stop()


def test_the_first_query_starts_the_server(run: Run) -> None:
    assert run("print(ask(), ask('SHOW fsync'))") == "bookstore off\n"


def test_threads_may_come_first_together(run: Run) -> None:
    script = """
found = []
threads = [threading.Thread(target=lambda: found.append(ask())) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(found.count("bookstore"))
"""
    assert run(script) == "6\n"


def test_a_killed_server_comes_back_with_the_next_connection(run: Run) -> None:
    script = """
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE shelf AS SELECT 1 AS copies")
os.kill(int((folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
connection.close()
print(ask("SELECT copies FROM shelf"))
"""
    assert run(script) == "1\n"


def test_test_databases_and_their_clones_can_be_made_and_removed(run: Run) -> None:
    script = """
creation = connection.creation
creation.create_test_db(verbosity=0)
print(ask())
creation.clone_test_db("1", verbosity=0)
creation.destroy_test_db("bookstore", verbosity=0, suffix="1")
connection.settings_dict["NAME"] = "test_bookstore"
creation.destroy_test_db("bookstore", verbosity=0)
print(ask(), ask("SELECT count(*) FROM pg_database WHERE datname LIKE 'test%%'"))
"""
    assert run(script) == "test_bookstore\nbookstore 0\n"


def test_the_task_worker_can_connect_without_django(run: Run) -> None:
    script = """
import psycopg
from procrastinate.contrib.django.utils import connector_params
params = connector_params()
print(psycopg.connect(**params).execute("SELECT current_database()").fetchone()[0])
print(sorted(params))
"""
    said = run(script)

    assert said.startswith("bookstore\n")
    assert "folder" not in said
    assert "durable" not in said


def test_dbshell_uses_the_psql_of_the_package(run: Run) -> None:
    script = """call_command("dbshell", "--", "-Atc", "SELECT current_user")"""

    assert run(script) == "bookstore\n"


def test_a_missing_folder_is_a_sentence(run: Run) -> None:
    script = """
from django.core.exceptions import ImproperlyConfigured
del options["folder"]
try:
    ask()
except ImproperlyConfigured as error:
    print(error)
"""
    assert run(script) == "The embedded database needs OPTIONS['folder'].\n"
