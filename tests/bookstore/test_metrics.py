"""What Prometheus is told, and who may ask."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.db import Error, OperationalError, connection, transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as families

from accounts.models import OutboxMessage
from bookstore import metrics, tasks
from bookstore.backups import last
from tests.bench.counters import recorded
from tests.conftest import PROJECT
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.processes import database_url, empty_queue, wait_for
from tests.shop.conftest import order_through_pages, payment_form

TOKEN = "a-long-random-text-for-tests"
ASKED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _counted_from_nothing(settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    for metric in (
        *(metrics.REQUESTS, metrics.REQUEST_SECONDS, metrics.EXCEPTIONS, metrics.DATABASE_ERRORS),
        *(metrics.TASKS, metrics.TASK_SECONDS, metrics.CHECKOUTS),
    ):
        metric.clear()


def samples(text: str) -> dict[tuple, float]:
    """Each sample by its name and labels; raises where the text is none that Prometheus reads."""
    found = {}
    for family in families(text):
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            assert key not in found, key
            found[key] = sample.value
    return found


def scraped(client: Client) -> dict[tuple, float]:
    return samples(client.get("/metrics", headers=ASKED).text)


def value(found: dict[tuple, float], name: str, **labels: str) -> float:
    """The sum of what has these labels, and perhaps more."""
    wanted = set(labels.items())
    return sum(number for key, number in found.items() if key[0] == name and wanted <= set(key[1:]))


# Who may ask


@pytest.mark.parametrize(
    "given",
    [{}, {"Authorization": TOKEN}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer é"}],
)
@pytest.mark.django_db
def test_without_the_token_nothing_is_told(client, given):
    answer = client.get("/metrics", headers=given)

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_there_is_no_such_page_while_there_is_no_token(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_it_is_asked_of_each_machine_by_its_address(client):
    assert client.get("/metrics", headers={**ASKED, "host": "web-1:8000"}).status_code == 200


@pytest.mark.django_db
def test_it_takes_no_form_and_is_kept_nowhere(client):
    assert client.post("/metrics", headers=ASKED).status_code == 405
    assert "no-store" in client.get("/metrics", headers=ASKED)["Cache-Control"]


# What is told


@pytest.mark.django_db
def test_it_is_what_prometheus_reads_in_both_of_its_languages(client):
    client.get("/terms/")
    plain = client.get("/metrics", headers=ASKED)
    openly = client.get(
        "/metrics", headers={**ASKED, "Accept": "application/openmetrics-text; version=1.0.0"}
    )

    assert plain["Content-Type"].startswith("text/plain")
    assert value(samples(plain.text), "bookstore_requests_total", route="terms") == 1
    assert openly["Content-Type"].startswith("application/openmetrics-text")
    assert any(family.name == "bookstore_requests" for family in open_families(openly.text))


@pytest.mark.django_db
def test_requests_are_counted_by_the_name_of_their_address(client):
    for book in BookFactory.create_batch(3):
        client.get(f"/books/{book.ean}/?q=words")
    client.get("/no/such/page/")
    client.get("/also/not/there/")
    client.generic("ANYTHING", "/terms/")

    found = scraped(client)

    names = {dict(key[1:]).get("route") for key in found} - {None}
    assert names == {"catalog:book_by_number", "unknown", "terms"}
    assert value(found, "bookstore_requests_total", route="unknown", status="4xx") == 2
    assert value(found, "bookstore_requests_total", method="other", status="4xx") == 1
    assert value(found, "bookstore_request_seconds_count", route="catalog:book_by_number") == 3
    assert value(found, "bookstore_request_seconds_bucket", route="terms", le="+Inf") == 1


def test_a_route_is_no_address_however_many_there_are():
    """Names of patterns bound how many rows there can be."""
    assert len(get_resolver().reverse_dict) < 2_000


@pytest.mark.django_db
def test_what_a_view_raises_is_counted(monkeypatch):
    def breaks(request: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bookstore.views.pages.site_of", breaks)
    client = Client(raise_request_exception=False)
    client.get("/terms/")

    found = scraped(client)

    assert value(found, "bookstore_exceptions_total", route="terms", kind="RuntimeError") == 1
    assert value(found, "bookstore_requests_total", route="terms", status="5xx") == 1


@pytest.mark.django_db
def test_what_the_database_refuses_is_counted(client):
    with suppress(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")

    assert value(scraped(client), "bookstore_database_errors_total", kind="DataError") == 1


@pytest.mark.django_db
def test_tasks_are_counted_by_how_they_went(client, monkeypatch):
    monkeypatch.setattr("accounts.sending.deliver", lambda **mail: None)
    sent = ("accounts.tasks.send_mail", [], {"message_id": "x"})
    tasks.run_task(*sent)
    monkeypatch.setattr("accounts.sending.deliver", lambda **mail: 1 / 0)
    with suppress(ZeroDivisionError):
        tasks.run_task(*sent)

    found = scraped(client)

    for outcome in ("done", "failed"):
        assert value(found, "bookstore_tasks_total", task=sent[0], outcome=outcome) == 1
    assert value(found, "bookstore_task_seconds_count", task=sent[0]) == 2


@pytest.mark.django_db
def test_orders_are_counted_and_so_is_what_stock_refuses(client):
    DeliveryMethodFactory()
    book = BookFactory(stock=1)
    late = Client()
    late.post(f"/basket/add/{book.ean}/", {"quantity": 1})
    form = payment_form(late)
    order_through_pages(client, book)
    late.post("/checkout/payment/", form)

    found = scraped(client)

    assert value(found, "bookstore_checkouts_total", outcome="placed") == 1
    assert value(found, "bookstore_checkouts_total", outcome="NotEnoughCopies") == 1


@pytest.mark.django_db
def test_the_whole_shop_is_told_in_nine_queries(client):
    empty_queue()
    now = timezone.now()
    mail = {"to": "sam@example.org", "subject": "x", "body": "x", "created_at": now - timedelta(1)}
    OutboxMessage.objects.create(**mail, message_id="<a@b>", next_try_at=now)
    OutboxMessage.objects.create(**mail, message_id="<c@d>")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
            " VALUES ('mail', 'bookstore.run_task', 'todo'), ('mail', 'bookstore.x', 'failed')"
        )
    last.note(now - timedelta(hours=30), now - timedelta(hours=29))
    client.get("/metrics", headers=ASKED)

    with recorded() as sent:
        found = scraped(client)

    assert len(sent) <= 9
    assert found[("bookstore_database_up",)] == 1
    assert found[("bookstore_workers_alive",)] == 1
    assert found[("bookstore_tasks_due", ("queue", "mail"))] == 1
    assert found[("bookstore_tasks_given_up", ("task", "bookstore.x"))] == 1
    assert found[("bookstore_mails_waiting",)] == 1
    assert found[("bookstore_mails_given_up",)] == 1
    assert found[("bookstore_mails_oldest_seconds",)] > 80_000
    assert found[("bookstore_orders_paid_last_hour",)] == 0
    assert 108_000 <= found[("bookstore_backup_age_seconds",)] < 109_000
    assert value(found, "bookstore_info") == 1


def test_without_a_database_it_says_so_and_what_processes_counted(client, monkeypatch):
    def gone(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("bookstore.workers.due_by_queue", gone)
    client.get("/healthz")

    found = scraped(client)

    assert found[("bookstore_database_up",)] == 0
    assert value(found, "bookstore_requests_total", route="healthz") == 1


def test_nothing_is_counted_for_nobody(settings, client):
    settings.METRICS_TOKEN = ""

    client.get("/healthz")

    assert metrics.REQUESTS.collect()[0].samples == []


# Where nothing can be written


def run(code: str, folder: object) -> subprocess.CompletedProcess[str]:
    # Neither the unit nor the image names the settings.
    inherited = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    counting = {"METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**inherited, **counting},
        capture_output=True,
        text=True,
    )


def test_a_command_counts_nothing():
    done = run(
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'bookstore.settings';"
        "import django; django.setup();"
        "from bookstore import metrics; metrics.count_checkout('placed')",
        "/proc/metrics",
    )

    assert done.returncode == 0, done.stderr


START = "from bookstore import gunicorn_conf; gunicorn_conf.on_starting(None)"


def test_a_web_process_does_not_start():
    done = run(START, "/proc/metrics")

    assert "PROMETHEUS_MULTIPROC_DIR is /proc/metrics, which cannot be written." in done.stderr


def test_a_web_process_starts_where_something_can(tmp_path):
    done = run(START, tmp_path)

    assert done.returncode == 0, done.stderr


# Many processes


@contextmanager
def shop(folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """gunicorn with two processes as the shop is deployed, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    set_up = {
        "DATABASE_URL": database_url(),
        "METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        "STATIC_ROOT": str(folder.parent / "static"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS_ONLY": "off",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "DEBUG",
    }
    # WhiteNoise would warn of a folder that collectstatic has not made.
    (folder.parent / "static").mkdir(exist_ok=True)
    log = folder.parent / "log.txt"
    with log.open("a") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "-c", "bookstore/gunicorn_conf.py"),
                *("--bind", address, "bookstore.wsgi"),
            ],
            cwd=PROJECT,
            env={**os.environ, **set_up},
            stderr=output,
            start_new_session=True,
        )
    try:
        assert wait_for(lambda: asked(address, "/healthz") == 200, 30), log.read_text()
        yield address, process
    finally:
        process.terminate()
        process.wait(20)


def asked(address: str, path: str) -> int:
    with suppress(OSError), urlopen(f"http://{address}{path}", timeout=5) as answer:
        return answer.status
    return 0


def told_by(address: str) -> dict[tuple, float]:
    with urlopen(Request(f"http://{address}/metrics", headers=ASKED), timeout=5) as answer:
        return samples(answer.read().decode())


def of_processes(folder: Path) -> set[int]:
    return {int(file.stem.rpartition("_")[2]) for file in folder.glob("counter_*.db")}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_whichever_process_is_asked_tells_of_all_also_of_one_that_was_killed(tmp_path):
    folder = tmp_path / "metrics"
    with shop(folder) as (address, _gunicorn):
        before = value(told_by(address), "bookstore_requests_total", route="healthz")
        for _ in range(20):
            assert asked(address, "/healthz") == 200
        assert wait_for(lambda: asked(address, "/healthz") and len(of_processes(folder)) == 2, 20)
        told = [
            value(told_by(address), "bookstore_requests_total", route="healthz") for _ in range(6)
        ]
        assert len(set(told)) == 1 and told[0] >= before + 20

        os.kill(min(of_processes(folder)), signal.SIGKILL)
        assert wait_for(lambda: asked(address, "/healthz") == 200, 20)

        assert value(told_by(address), "bookstore_requests_total", route="healthz") >= told[0] + 1
        with pytest.raises(HTTPError):
            urlopen(f"http://{address}/metrics", timeout=5)
    gone = of_processes(folder)
    with shop(folder) as (address, _gunicorn):
        assert not gone & of_processes(folder)

    # One shape, from gunicorn too, before and after Django has been loaded.
    lines = (tmp_path / "log.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("{")] == []
    assert any('"event": "Listening at' in line for line in lines)
