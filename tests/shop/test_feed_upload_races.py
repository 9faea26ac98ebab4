"""Feeds and whatever happens at once: several who decide, and a worker that dies on the way."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.models import Book, StockMovement
from shop import feed_work, imports
from shop.models import FeedRun, FeedUpload
from shop.services import feeding
from tests.catalog.onix_files import write_products
from tests.conftest import tasks_run_by
from tests.processes import empty_queue, wait_for, worker
from tests.threads import at_once

from .feeding import apply, looked_at, upload

pytestmark = pytest.mark.django_db(transaction=True)
BOOKS = 7_000


@pytest.fixture(autouse=True)
def _real_queue(settings) -> Iterator[None]:
    settings.TASKS = tasks_run_by("bookstore.tasks.ProcrastinateBackend")
    empty_queue()
    yield
    empty_queue()


def queued() -> int:
    return ProcrastinateJob.objects.filter(args__path=feed_work.TASK).count()


def test_of_several_who_decide_at_once_one_does():
    made = looked_at()
    before = queued()

    def drop() -> FeedUpload:
        return feeding.drop(upload_id=made.pk, who="otto@example.org", now=timezone.now())

    outcomes = at_once([lambda: apply(made), drop] * 3)

    made.refresh_from_db()
    refused = [outcome for outcome in outcomes if isinstance(outcome, feeding.NotNow)]
    assert len(refused) == 3
    assert queued() == before + made.is_applying
    assert made.is_applying or made.is_dropped
    assert made.decided_by == ("stella@example.org" if made.is_applying else "otto@example.org")


def test_one_file_that_is_sent_several_times_at_once_is_one(settings):
    outcomes = at_once([upload] * 4)

    assert set(outcomes) == {FeedUpload.objects.get()}
    assert queued() == 1
    files = [path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["feed"]


def forgotten() -> None:
    """As if an hour had passed since any worker was heard of, and the clock had asked for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )
        cursor.execute("DELETE FROM procrastinate_periodic_defers")


@pytest.mark.slow
@pytest.mark.deep
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
    assert wait_for(lambda: not imports.is_running(), 30)
    assert FeedRun.objects.get().records < BOOKS
    forgotten()

    with worker(**environment):
        assert wait_for(FeedUpload.objects.filter(state="done").exists, 90)

    assert FeedRun.objects.get().created == Book.objects.count() == BOOKS
    assert set(Book.objects.values_list("stock", flat=True)) == {1}
    assert StockMovement.objects.count() == BOOKS
