"""The server that `make run` uses where no PostgreSQL is installed."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bookstore.embedded.server import LONGEST_SOCKET_PATH, SOCKET_NAME, Server, ServerError

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "pg", durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A stopped server whose data the tests copy: quicker than making them each time."""
    server = Server(tmp_path_factory.mktemp("made") / "pg", durable=False)
    server.start()
    server.stop()
    return server


@pytest.fixture
def server(new_server: Server, made: Server) -> Server:
    shutil.copytree(made.data, new_server.data)
    return new_server


def test_first_start_makes_a_database_of_checked_pages_in_utf8(new_server: Server) -> None:
    assert new_server.start() is True

    names = _answer(new_server, "SELECT current_user || '@' || current_database()")
    assert names == "bookstore@bookstore"
    assert _answer(new_server, "SHOW server_encoding") == "UTF8"
    assert _answer(new_server, "SHOW data_checksums") == "on"
    assert _answer(new_server, "SELECT lower('ÄÉŁ')") == "äéł"


def test_second_start_is_quick_and_changes_nothing(server: Server) -> None:
    server.start()
    postmaster = _postmaster(server)

    began = time.monotonic()
    started = server.start()

    assert started is False
    assert time.monotonic() - began < 0.5
    assert _postmaster(server) == postmaster


def test_stop_says_whether_there_was_anything_to_stop(server: Server) -> None:
    assert server.stop() is False

    server.start()

    assert server.is_running()
    assert server.stop() is True
    assert not server.is_running()
    assert server.stop() is False


def test_rows_survive_a_stop_with_a_client_connected(server: Server) -> None:
    server.start()
    client = _connect(server)
    client.execute("CREATE TABLE shelf AS SELECT 'Moby-Dick' AS title")

    server.stop()
    server.start()

    assert _answer(server, "SELECT title FROM shelf") == "Moby-Dick"
    client.close()


def test_racing_processes_start_exactly_one_postmaster(new_server: Server) -> None:
    racers = [_command("start", new_server.folder) for _ in range(8)]
    said = [racer.communicate(timeout=60)[0].splitlines()[0] for racer in racers]

    assert sorted(said) == ["It is already running."] * 7 + ["Started."]
    assert new_server.log.read_text().count("starting PostgreSQL") == 1


def test_committed_rows_survive_a_killed_postmaster(server: Server) -> None:
    server.durable = True
    server.start()
    with _connect(server) as client:
        client.execute("CREATE TABLE shelf AS SELECT 'Moby-Dick' AS title")
    os.kill(_postmaster(server), signal.SIGKILL)

    assert server.start() is True

    assert _answer(server, "SELECT title FROM shelf") == "Moby-Dick"


def test_a_process_number_that_was_given_to_a_stranger_is_no_obstacle(server: Server) -> None:
    server.start()
    server.stop()
    notes = server.data / "postmaster.pid"
    notes.write_text(f"{os.getppid()}\n{server.data}\n0\n5432\n\n\n\n")

    assert server.start() is True


def test_what_a_crashed_initdb_left_is_replaced(new_server: Server) -> None:
    left = new_server.folder / "data.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")

    new_server.start()

    assert not left.exists()
    assert _answer(new_server, "SELECT 1") == 1


def test_data_of_an_older_postgresql_are_refused_and_left_alone(new_server: Server) -> None:
    new_server.data.mkdir(parents=True)
    version = new_server.data / "PG_VERSION"
    version.write_text("17\n")

    with pytest.raises(ServerError, match=r"made by PostgreSQL 17.*Move .* away"):
        new_server.start()

    assert list(new_server.data.iterdir()) == [version]
    assert version.read_text() == "17\n"


def test_a_folder_without_a_database_is_refused(new_server: Server) -> None:
    new_server.data.mkdir(parents=True)

    with pytest.raises(ServerError, match="no readable database"):
        new_server.start()


@pytest.mark.parametrize("name", ["long" * 40, "with, comma"])
def test_a_path_that_no_socket_can_have_gets_a_short_one(
    tmp_path: Path, made: Server, name: str
) -> None:
    server = Server(tmp_path / name, durable=False)
    shutil.copytree(made.data, server.data)
    try:
        server.start()

        assert server.socket_dir.parent == Path("/tmp")
        assert len(os.fsencode(server.socket_dir / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert _answer(server, "SELECT 1") == 1
    finally:
        server.stop()
        shutil.rmtree(server.socket_dir, ignore_errors=True)


def test_a_short_socket_folder_that_is_not_ours_is_refused(tmp_path: Path, made: Server) -> None:
    server = Server(tmp_path / ("long" * 40), durable=False)
    shutil.copytree(made.data, server.data)
    server.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(ServerError, match="in the way"):
            server.start()
    finally:
        server.socket_dir.unlink()


def test_shell_characters_are_harmless(tmp_path: Path, made: Server) -> None:
    server = Server(tmp_path / 'a $H "q" `id`', durable=False)
    shutil.copytree(made.data, server.data)
    try:
        server.start()

        assert _answer(server, "SELECT 1") == 1
    finally:
        server.stop()


def test_nobody_else_can_reach_it(server: Server) -> None:
    server.start()

    assert _answer(server, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_its_log_tells_of_errors_and_of_nobody(server: Server) -> None:
    server.start()

    with _connect(server) as connection:
        connection.execute("CREATE TEMPORARY TABLE reader (email text UNIQUE)")
        connection.execute("INSERT INTO reader VALUES ('sam@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation, match="sam@"):
            connection.execute("INSERT INTO reader VALUES ('sam@example.org')")

    log = server.log.read_text()
    assert "reader_email_key" in log
    assert "sam@example.org" not in log


def test_ctrl_c_of_the_starter_leaves_it_running(server: Server) -> None:
    script = (
        "import sys, time, pathlib; from bookstore.embedded.server import Server; "
        "Server(pathlib.Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    )
    starter = _python("-c", script, str(server.folder))
    assert starter.stdout and starter.stdout.readline() == "up\n"

    os.killpg(starter.pid, signal.SIGINT)
    starter.communicate(timeout=10)

    assert starter.returncode != 0
    assert server.is_running()


def test_pg_variables_of_the_environment_are_not_followed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGHOSTADDR": "192.0.2.1", "PGSERVICE": "none", "PGDATA": "x"}.items():
        monkeypatch.setenv(name, value)

    same = Server(server.folder, durable=False)

    assert same.start() is True
    assert _answer(same, "SELECT 1") == 1


def test_the_command_tells_how_it_stands(new_server: Server) -> None:
    told = _command("status", new_server.folder)

    assert told.communicate(timeout=20)[0] == "Not running.\n"
    assert told.returncode == 3


def test_the_command_turns_a_refusal_into_a_sentence(new_server: Server) -> None:
    new_server.data.mkdir(parents=True)
    (new_server.data / "PG_VERSION").write_text("17\n")

    told = _command("start", new_server.folder)

    assert "made by PostgreSQL 17" in told.communicate(timeout=20)[0]
    assert told.returncode == 1


def _connect(server: Server) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(**server.connection_params(), autocommit=True)


def _answer(server: Server, question: Any) -> Any:
    with _connect(server) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def _postmaster(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def _command(action: str, folder: Path) -> subprocess.Popen[str]:
    return _python("-m", "bookstore.embedded", action, str(folder))


def _python(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
