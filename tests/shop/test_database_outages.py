"""The database is restarted, or gone, while people check out and the bank tells of payments."""

import os
import re
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import psycopg
import pytest
import requests
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from accounts.models import OutboxMessage
from bookstore.embedded.server import NAME, PORT, Server
from bookstore.management.commands import start
from bookstore.postgresql.base import DatabaseWrapper
from shop.models import DeliveryMethod, Order, WebhookEvent
from shop.providers.base import State
from shop.providers.demo import DemoProvider
from tests.conftest import tasks_run_by
from tests.factories import BookFactory, DeliveryMethodFactory

from .audit import invoice_numbers, wrong_books, wrong_orders
from .conftest import ADDRESS, fill, place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not django_settings.EMBEDDED_DATABASE, reason="a server of one's own is restarted"
    ),
]

BROKEN = "Something broke on our side"
PATIENCE = 30
HALF_WRITTEN = """
SELECT 1 FROM pg_stat_activity
WHERE state = 'idle in transaction' AND query ~ 'INSERT INTO "(shop|catalog)_'
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory, django_db_blocker) -> Server:
    """A stopped server with the shop's tables, whose data the tests copy."""
    server = Server(tmp_path_factory.mktemp("made") / "pg", durable=False)
    server.start()
    with django_db_blocker.unblock(), asked_by_django(server):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    server.stop()
    return server


@pytest.fixture
def server(made, tmp_path, django_db_blocker) -> Iterator[Server]:
    """A server of the test's own, which Django asks instead of the one of all tests."""
    server = Server(tmp_path / "pg", durable=False)
    shutil.copytree(made.data, server.data)
    server.start()
    with django_db_blocker.unblock(), asked_by_django(server):
        yield server
    server.stop()


@contextmanager
def asked_by_django(server: Server) -> Iterator[None]:
    # Not by the backend of the embedded server, which starts it again at once.
    place = {"NAME": NAME, "USER": NAME, "HOST": str(server.socket_dir), "PORT": PORT}
    kept = connections["default"]
    options = {"OPTIONS": {}, "CONN_MAX_AGE": None}
    connections["default"] = DatabaseWrapper({**kept.settings_dict, **place, **options}, "default")
    try:
        yield
    finally:
        connection.close()
        connections["default"] = kept


@pytest.fixture
def web(server, settings, tmp_path) -> Iterator[str]:
    """The address of web processes as `manage.py start` runs them."""
    settings.TASKS = tasks_run_by("bookstore.tasks.ProcrastinateBackend")
    settings.ALLOWED_HOSTS = [start.LOCALHOST, "localhost"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    with socket.create_server((start.LOCALHOST, 0)) as free:
        port = free.getsockname()[1]
    # What is forked must not share a connection with us.
    connections.close_all()
    process = start._spawn(start._serve, port)
    try:
        start._wait_until_it_answers(port, [process])
        yield f"http://{start.LOCALHOST}:{port}"
    finally:
        start._stop([process])


@pytest.fixture
def method(server) -> DeliveryMethod:
    DeliveryMethod.objects.all().delete()
    return DeliveryMethodFactory()


class Visitor:
    """Somebody with a browser who, whatever happens, tries the same again."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.cookies["csrftoken"] = token = "a" * 32
        self.session.headers["X-CSRFToken"] = token
        # The pages that were no answer, by what was asked; and the orders by their forms.
        self.troubles: list[tuple[str, str]] = []
        self.numbers: dict[tuple[str, str], str] = {}

    def check_out_until(self, over: threading.Event, ean: str, method_id: int) -> None:
        while not over.is_set():
            self.go(f"/basket/add/{ean}/", {"quantity": 1})
            said = {**ADDRESS, "delivery_id": method_id, "then": "payment"}
            page = self.go("/checkout/", said)
            form = re.search(r'name="seen" value="(.+?)".*name="form_key" value="(.+?)"', page.text)
            if form:
                self._order_and_pay(form.groups())

    def _order_and_pay(self, form: tuple[str, str]) -> None:
        number = self.numbers[form] = self.order(form)
        page = self.go(f"/orders/{number}/demo-payment/", {"choice": "pay"})
        assert "Thank you, your order is paid" in page.text

    def order(self, form: tuple[str, str]) -> str:
        """Send the form of the payment page; returns the number of the order it led to."""
        page = self.go("/checkout/payment/", dict(zip(("seen", "form_key"), form, strict=True)))
        return page.url.split("/orders/")[1].split("/")[0]

    def go(self, path: str, said: dict[str, Any] | None = None) -> requests.Response:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            answer = self._ask(path, said)
            if answer.is_redirect:
                path, said = answer.headers["Location"], None
            elif answer.status_code < 500:
                return answer
            else:
                self.troubles.append((f"{answer.request.method} {path}", answer.text))
                time.sleep(0.1)
        raise TimeoutError(path)

    def _ask(self, path: str, said: dict[str, Any] | None) -> requests.Response:
        return self.session.request(
            "GET" if said is None else "POST",
            urljoin(self.address, path),
            data=said,
            allow_redirects=False,
            timeout=PATIENCE,
        )


@contextmanager
def busy(visitors: list[Visitor], *arguments: Any) -> Iterator[None]:
    """Everybody checks out again and again meanwhile."""
    over, errors = threading.Event(), []

    def run(visitor: Visitor) -> None:
        try:
            visitor.check_out_until(over, *arguments)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[visitor]) for visitor in visitors]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()
    assert errors == []


def restart(server: Server, how: int) -> None:
    """Stop it while an order is half written, or half paid; a second later it is there again."""
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    with psycopg.connect(**server.connection_params(), autocommit=True) as looking:
        give_up = time.monotonic() + PATIENCE
        while not looking.execute(HALF_WRITTEN).fetchone():
            assert time.monotonic() < give_up
        os.kill(postmaster, how)
    time.sleep(1)
    server.start()


# As its operator stops it, and as it stops when a part of it has crashed.
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, id="stopped", marks=pytest.mark.deep),
        pytest.param(signal.SIGQUIT, id="crashed"),
    ],
)
def test_a_restart_during_checkout_loses_and_doubles_nothing(server, web, method, how):
    book = BookFactory(stock=5000)
    visitors = [Visitor(web) for _ in range(4)]

    with busy(visitors, book.ean, method.pk):
        for _time in range(3):
            time.sleep(1)
            restart(server, how)
        time.sleep(1)
    again = {form: visitor.order(form) for visitor in visitors for form in visitor.numbers}

    connection.close()
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    assert any(asked.startswith("POST") and "payment" in asked for asked, _page in troubles)
    assert [page for _asked, page in troubles if BROKEN not in page] == []
    assert again == {
        form: number for visitor in visitors for form, number in visitor.numbers.items()
    }
    assert set(again.values()) == set(Order.objects.values_list("number", flat=True))
    assert set(Order.objects.values_list("status", flat=True)) == {"confirmed"}
    assert wrong_orders() == wrong_books() == []
    assert invoice_numbers() == list(range(1, len(again) + 1))
    assert OutboxMessage.objects.count() == len(again) == len(set(again.values()))


@pytest.fixture
def told(web, method, guest) -> Callable[[], int]:
    """Has the bank tell, in the same words each time, that an order is paid."""
    fill(guest, BookFactory())
    payment = place(guest).payments.get()
    body, headers = DemoProvider().message(payment, State.DONE, timezone.now())

    def tell() -> int:
        address = f"{web}/payments/demo/webhook/"
        return requests.post(address, body, headers=headers, timeout=PATIENCE).status_code

    return tell


def test_a_message_that_met_no_database_is_sent_again_and_acted_on_once(server, told):
    server.stop()
    answers = [told()]
    server.start()
    answers += [told(), told()]

    connection.close()
    assert answers == [500, 200, 200]
    assert WebhookEvent.objects.get().outcome == WebhookEvent.Outcome.DONE
    assert Order.objects.get().events.filter(kind="paid").count() == 1
