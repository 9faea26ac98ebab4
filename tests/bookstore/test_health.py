"""What an operator, and a load balancer, is told of how the shop does."""

import json
import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import OutboxMessage
from bookstore import health, health_checks, workers
from bookstore.backups import last
from bookstore.findings import State, graded, span
from bookstore.replicas import states
from tests.bench.counters import recorded
from tests.conftest import PROJECT
from tests.processes import empty_queue
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch) -> None:
    empty_queue()
    caches["lasting"].delete(last.KEY)
    monkeypatch.setattr(health._Seen, "has_migrations", False)


def told(*, status: int, capsys) -> dict[str, dict]:
    """What `manage.py health --json` prints, by the names of findings."""
    code = 0
    try:
        call_command("health", "--json")
    except CommandError as error:
        code = error.returncode
    answer = json.loads(capsys.readouterr().out)
    assert code == status, answer
    return {finding["name"]: finding for finding in answer["findings"]}


def sql(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def heartbeat(at: datetime) -> None:
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", at)


def job(status: str = "todo", *, since: datetime, task: str = "shop.tasks.refresh_lists") -> int:
    ((key,),) = sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
        " VALUES ('default', 'bookstore.run_task', %s, 'todo') RETURNING id",
        json.dumps({"path": task}),
    )
    steps = ["todo", "doing", "failed"]
    for step in steps[1 : steps.index(status) + 1]:
        sql("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", step, key)
    sql("UPDATE procrastinate_events SET at = %s WHERE job_id = %s", since, key)
    return key


def sweep(name: str, at: datetime, job_id: int | None = None) -> None:
    sql(
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id)"
        " VALUES (%s, %s, %s)",
        f"bookstore.{name}",
        int(at.timestamp()),
        job_id,
    )


def all_is_well(now: datetime) -> None:
    heartbeat(now)
    for planned in workers.sweeps():
        sweep(planned.name, now)


# The command


def test_all_is_well_and_the_exit_status_says_so(capsys, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=50 * 10**9))
    all_is_well(timezone.now())

    found = told(status=0, capsys=capsys)

    assert {finding["state"] for finding in found.values()} == {"ok"}
    assert "PostgreSQL" in found["database"]["words"]
    assert found["database size"]["figure"] > 10**6
    assert found["migrations"]["words"] == "all are applied"
    assert found["sweep expire_holds"]["words"].startswith("done ")
    assert {"workers", "queue", "failed tasks", "mails that wait", "failed mails"} <= found.keys()
    assert found["last backup"]["words"] == "none was ever taken"
    assert not [name for name in found if "replica" in name]


def test_for_people_it_names_the_limit_of_what_is_wrong(capsys):
    with pytest.raises(CommandError) as stopped:
        call_command("health")

    printed = capsys.readouterr().out
    assert stopped.value.returncode == 1
    assert "none was ever heard of  [fails at 0]" in printed
    assert "all are applied\n" in printed


def test_a_dead_worker_and_what_it_leaves_undone_fail(capsys):
    now = timezone.now()
    heartbeat(now - timedelta(hours=3))
    job(since=now - timedelta(hours=3))
    sweep("expire_holds", now - timedelta(hours=3))

    found = told(status=1, capsys=capsys)

    for name in ("workers", "queue", "sweep expire_holds"):
        assert found[name]["state"] == "fail", found[name]
    assert found["workers"]["words"] == "0 alive; the last was heard 3 hours ago"
    assert found["queue"]["words"] == "1 tasks are due; the oldest has waited 3 hours"


def test_what_only_warns_has_a_status_of_its_own(capsys, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=3 * 10**9))
    now = timezone.now()
    all_is_well(now)
    job("failed", since=now)
    old = {"to": "sam@example.org", "created_at": now, "subject": "x", "body": "x"}
    OutboxMessage.objects.create(**old, message_id="<a@b>", next_try_at=None)
    OutboxMessage.objects.create(
        **{**old, "created_at": now - timedelta(hours=1)}, message_id="<c@d>", next_try_at=now
    )

    found = told(status=2, capsys=capsys)

    warned = {name for name, finding in found.items() if finding["state"] == "warn"}
    assert {"failed tasks", "failed mails", "mails that wait"} < warned
    assert found["failed tasks"]["words"] == "shop.tasks.refresh_lists (1)"
    assert found["mails that wait"]["words"] == "1 wait; the oldest for 60 minutes"
    assert "sam@example.org" not in str(found)
    assert {name for name in warned if name.startswith("disk")}


def test_a_task_that_was_given_up_long_ago_is_no_news(capsys):
    now = timezone.now()
    all_is_well(now)
    job("failed", since=now - timedelta(days=8))

    assert told(status=0, capsys=capsys)["failed tasks"]["figure"] == 0


def test_a_missing_migration_fails_and_one_of_a_newer_release_does_not(capsys):
    now = timezone.now()
    all_is_well(now)
    sql("INSERT INTO django_migrations (app, name, applied) VALUES ('shop', '9999_newer', %s)", now)
    assert told(status=0, capsys=capsys)["migrations"]["state"] == "ok"

    sql("DELETE FROM django_migrations WHERE app = 'waitlist' AND name NOT LIKE '0001%%'")

    assert "manage.py migrate" in told(status=1, capsys=capsys)["migrations"]["words"]


def test_a_check_that_cannot_look_fails_alone(capsys, monkeypatch):
    all_is_well(timezone.now())

    def breaks(now: datetime) -> None:
        sql("SELECT secret FROM no_such_table")

    monkeypatch.setattr(health_checks, "CHECKS", [breaks, health_checks.worker])

    found = told(status=1, capsys=capsys)

    assert found["breaks"]["words"].endswith('relation "no_such_table" does not exist')
    assert found["workers"]["state"] == "ok"


def test_it_changes_nothing(capsys):
    all_is_well(timezone.now())

    with recorded() as sent:
        told(status=0, capsys=capsys)

    verbs = {one.sql.split(maxsplit=1)[0].upper() for one in sent}
    assert verbs <= {"SELECT", "SAVEPOINT", "RELEASE", "SET"}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_tell_the_same():
    def names() -> list[str]:
        printed = StringIO()
        with suppress(CommandError):
            call_command("health", "--json", stdout=printed)
        return [finding["name"] for finding in json.loads(printed.getvalue())["findings"]]

    first, second = at_once([names, names])

    assert first == second
    assert len(first) > 20


def test_an_option_that_is_none_is_refused():
    with pytest.raises(CommandError, match="unrecognized"):
        call_command("health", "--xml")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres://shop:topsecret@127.0.0.1:1/shop", "does not answer: connection failed"),
        ("postgres://shop:topsecret@127.0.0.1:port/shop", "DATABASE_URL is no address"),
        ("mysql://127.0.0.1/shop", "DATABASE_URL is no address"),
    ],
)
@pytest.mark.slow
def test_a_wrong_address_of_the_database_is_told_in_words(url, says):
    began = time.monotonic()

    run = subprocess.run(
        [sys.executable, "manage.py", "health"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert run.returncode == 1
    assert says in run.stdout + run.stderr
    assert "Traceback" not in run.stderr and "topsecret" not in run.stdout + run.stderr
    assert time.monotonic() - began < 30


def test_a_machine_that_swallows_everything_is_waited_for_for_five_seconds():
    params = connection.get_connection_params()

    assert params["connect_timeout"] == 5


# The figures


def test_a_sweep_is_late_by_what_the_clock_asked_for():
    sweep("expire_holds", NOON - timedelta(minutes=5))
    sweep("refresh_vocabulary", NOON.replace(hour=2, minute=15, second=0))
    sweep("refresh_lists", NOON - timedelta(minutes=9))
    sweep("count_book_sales", NOON - timedelta(minutes=25))
    sweep("count_facets", NOON - timedelta(hours=5), job("doing", since=NOON))

    state = {one.name: one.state for one in health_checks.sweeps(NOON)}

    assert state["sweep expire_holds"] is State.OK
    assert state["sweep refresh_vocabulary"] is State.OK
    assert state["sweep refresh_lists"] is State.OK
    assert state["sweep count_book_sales"] is State.WARN
    assert state["sweep count_facets"] is State.FAIL
    assert state["sweep clear_sessions"] is State.WARN


def test_a_sweep_of_each_minute_that_fails_each_minute_is_told_of():
    sweep("expire_holds", NOON.replace(second=0), job("failed", since=NOON))

    [found] = [one for one in health_checks.sweeps(NOON) if one.name == "sweep expire_holds"]

    assert (found.state, found.words) == (State.WARN, "begun 30 seconds ago, and failed")


def test_a_replica_that_is_left_out_only_warns(settings, monkeypatch):
    settings.REPLICAS, settings.REPLICA_MAX_LAG = {"replica-1": {}}, 10
    looked_at = [
        states.State("replica-1", "", 0.04),
        states.State("replica-2", "it is too far behind", 60.0),
        states.State("replica-3", "it does not answer (OperationalError)"),
    ]
    monkeypatch.setattr(states, "replica_states", lambda: looked_at)

    found = [(one.name, one.state, one.words, one.figure) for one in health_checks.replicas(NOON)]

    assert found == [
        ("replica-1", State.OK, "read from; 0.0 seconds behind at the most", 0.04),
        (
            *("replica-2", State.WARN),
            *("left out: it is too far behind; 60.0 seconds behind at the most", 60.0),
        ),
        ("replica-3", State.WARN, "left out: it does not answer (OperationalError)", None),
    ]


@pytest.mark.parametrize(
    ("hours", "limit", "state"),
    [(35, 36, State.OK), (36, 36, State.WARN), (72, 36, State.FAIL), (900, 0, State.OK)],
)
def test_a_backup_is_as_old_as_the_shop_that_it_shows(settings, hours, limit, state):
    settings.BACKUP_MAX_HOURS = limit
    made_at = NOON - timedelta(hours=hours)
    last.note(made_at, made_at + timedelta(minutes=5))

    [found] = health_checks.backup(NOON)

    assert (found.state, found.figure) == (state, hours)
    ended = f"{made_at + timedelta(minutes=5):%Y-%m-%d %H:%M}"
    assert found.words == f"ended {ended} UTC; shows the shop of {span(hours * 3600)} ago"


def test_that_no_backup_was_ever_taken_warns_where_there_should_be_one(settings):
    for hours, state in ((0, State.OK), (36, State.WARN)):
        settings.BACKUP_MAX_HOURS = hours
        [found] = health_checks.backup(NOON)
        assert (found.state, found.words) == (state, "none was ever taken")


def test_a_task_that_is_to_run_later_does_not_wait():
    key = job(since=NOON - timedelta(days=1))
    sql("UPDATE procrastinate_jobs SET scheduled_at = %s WHERE id = %s", NOON + timedelta(1), key)
    assert (workers.due_by_queue(NOON), workers.longest_wait(NOON)) == ({}, 0)

    sql("UPDATE procrastinate_jobs SET scheduled_at = %s", NOON - timedelta(seconds=90))

    assert (workers.due_by_queue(NOON), workers.longest_wait(NOON)) == ({"default": 1}, 90)


@pytest.mark.parametrize(
    ("figure", "state"), [(0, State.OK), (5, State.WARN), (9, State.WARN), (10, State.FAIL)]
)
def test_a_figure_is_graded_by_its_limits(figure, state):
    assert graded(figure, warn=5, fail=10) is state


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (200_000, "2 days")],
)
def test_a_span_is_said_as_people_do(seconds, said):
    assert span(seconds) == said


# /readyz and /healthz


def test_readyz_is_cheap_enough_for_every_second(client, monkeypatch):
    client.get("/readyz")
    monkeypatch.setattr(health, "missing_migrations", lambda: pytest.fail("read once more"))

    with recorded() as sent:
        answer = client.get("/readyz")

    assert answer.json() == {"status": "ready", "worker": {"waiting": 0, "silent_seconds": None}}
    assert len(sent) == 3


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_machines_ask_this_one_by_its_address(client, path, caplog):
    response = client.get(path, headers={"host": "10.0.0.5:8000"})

    assert response.status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert client.get("/books/", headers={"host": "10.0.0.5:8000"}).status_code == 400


def test_readyz_minds_neither_a_dead_worker_nor_failed_tasks_and_mails(client):
    heartbeat(timezone.now() - timedelta(days=1))
    job("failed", since=timezone.now())

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["worker"]["silent_seconds"] > 80_000


def test_readyz_fails_while_a_migration_lacks_and_no_longer(client, monkeypatch):
    monkeypatch.setattr(health, "missing_migrations", lambda: 2)
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").json()["problems"] == ["2 migrations are not applied"]

    monkeypatch.setattr(health, "missing_migrations", lambda: 0)

    assert client.get("/readyz").status_code == 200


def test_without_a_database_readyz_fails_and_healthz_does_not(client, monkeypatch):
    def gone(*args: object) -> None:
        raise OperationalError("gone away")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["problems"]) == (503, ["database: OperationalError"])
    assert client.get("/healthz").status_code == 200
