"""A feed that staff apply, and a worker that ends on the way: the next one goes on."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from catalog.models import Book, StockMovement
from shop import imports
from shop.models import FeedRun, FeedUpload
from tests.catalog.onix_files import write_products
from tests.conftest import tasks_run_by
from tests.processes import empty_queue, wait_for, worker

from .feeding import apply, upload
from .test_import_onix import nobody_holds_the_lock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.deep]
BOOKS = 7_000


@pytest.fixture(autouse=True)
def _real_queue(settings) -> Iterator[None]:
    settings.TASKS = tasks_run_by("bookstore.tasks.ProcrastinateBackend")
    empty_queue()
    yield
    empty_queue()


def forgotten() -> None:
    """As if an hour had passed since any worker was heard of, and the clock had asked for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )
        cursor.execute("DELETE FROM procrastinate_periodic_defers")


def test_another_worker_goes_on_behind_what_is_in(settings, tmp_path):
    write_products(path := Path(tmp_path / "autumn.xml"), BOOKS)
    made = upload(path.read_bytes(), stock=1)
    environment = {"PRIVATE_ROOT": str(settings.PRIVATE_ROOT), "MAIL_FOLDER": str(tmp_path)}

    with worker(**environment) as doomed:
        assert wait_for(FeedUpload.objects.filter(state="looked").exists, 60)
        apply(made)
        assert wait_for(FeedRun.objects.filter(records__gte=imports.BATCH).exists, 60)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait()
    assert wait_for(nobody_holds_the_lock, 30)
    assert FeedRun.objects.get().records < BOOKS
    forgotten()

    with worker(**environment):
        assert wait_for(FeedUpload.objects.filter(state="done").exists, 90)

    assert FeedRun.objects.get().created == Book.objects.count() == BOOKS
    assert set(Book.objects.values_list("stock", flat=True)) == {1}
    assert StockMovement.objects.count() == BOOKS
