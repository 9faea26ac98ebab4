"""A real worker in a process of its own, killed without a word."""

import signal
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import OutboxMessage
from shop.cart import Shopper
from tests.conftest import tasks_run_by
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.processes import empty_queue, wait_for, worker
from tests.shop.conftest import fill, pay, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _real_queue(settings) -> Iterator[None]:
    settings.TASKS = tasks_run_by("bookstore.tasks.ProcrastinateBackend")
    empty_queue()
    yield
    empty_queue()


@pytest.fixture
def paid_order(db, delivery_for_all):
    """An order whose payment, and so its mail, has just been committed."""
    shopper = Shopper(token=uuid.uuid4())
    fill(shopper, BookFactory(title="Emma"))
    order = place(shopper)
    return pay(order.number)


@pytest.fixture
def delivery_for_all(db):
    return DeliveryMethodFactory()


def is_sent() -> bool:
    """Whether the mail is known to have left: its file may be there before it is written."""
    return OutboxMessage.objects.get().sent_at is not None


def mails_in(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.glob("*")] if folder.exists() else []


@contextmanager
def silent_mail_server() -> Iterator[tuple[int, threading.Event]]:
    """Takes connections and never says a word; the event tells that one has come."""
    called = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def listen() -> None:
            with suppress(OSError):
                while True:
                    held.append(server.accept()[0])
                    called.set()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], called
        for connected in held:
            connected.close()


def test_a_worker_sends_what_was_committed(paid_order, tmp_path):
    with worker(MAIL_FOLDER=str(tmp_path / "mail")):
        assert wait_for(is_sent, 40)

    (text,) = mails_in(tmp_path / "mail")
    assert paid_order.number in text


# It waits for a minute to begin.
@pytest.mark.deep
def test_killed_while_sending_the_mail_goes_out_by_the_next_worker(paid_order, tmp_path):
    with silent_mail_server() as (port, called):
        smtp = {"MAIL_FOLDER": "", "SMTP_HOST": "127.0.0.1", "SMTP_TLS": "off"}
        with worker(SMTP_PORT=str(port), **smtp) as doomed:
            assert called.wait(40)
            doomed.send_signal(signal.SIGKILL)
            doomed.wait()
    assert not is_sent()

    with worker(MAIL_FOLDER=str(tmp_path / "mail")):
        # The claim ends after a minute, and the sweep runs when a minute begins.
        assert wait_for(is_sent, 200)

    assert len(mails_in(tmp_path / "mail")) == 1


@pytest.mark.deep
def test_an_order_that_waits_for_its_payment_sends_nothing(delivery_for_all, tmp_path):
    shopper = Shopper(token=uuid.uuid4())
    fill(shopper, BookFactory())
    place(shopper)

    with worker(MAIL_FOLDER=str(tmp_path / "mail")) as process:
        assert not wait_for(lambda: bool(mails_in(tmp_path / "mail")), 8)
        assert process.poll() is None
    assert not OutboxMessage.objects.exists()


def test_a_stopped_worker_ends_by_itself(tmp_path):
    with worker(MAIL_FOLDER=str(tmp_path / "mail")) as process:
        assert wait_for(worker_is_heard, 40)
        process.terminate()

        assert process.wait(20) == 0


def worker_is_heard() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return cursor.fetchone()[0] > 0
