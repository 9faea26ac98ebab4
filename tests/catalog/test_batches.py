"""Many books change in small batches, and nobody has to wait for all of them."""

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog import batches
from catalog.models import Book
from tests.factories import BookFactory, ratings

FREE_BOOKS = "SELECT id, 7 AS pages FROM catalog_book WHERE pages IS NULL"


def rewrite() -> int:
    return batches.rewrite_books(differing=FREE_BOOKS, change="pages = differing.pages")


def begin(action: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            action()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 3, 7])
def test_every_book_is_written_however_many_batches_it_takes(monkeypatch, number):
    monkeypatch.setattr(batches, "BATCH", 3)
    BookFactory.create_batch(number, stock=0)

    with CaptureQueriesContext(connection) as statements:
        assert rewrite() == number

    assert Book.objects.filter(pages=7).count() == number
    written = [query for query in statements if "UPDATE catalog_book" in query["sql"]]
    # The last one finds nothing more.
    assert len(written) == -(-number // 3) + 1


@pytest.mark.django_db
def test_only_books_that_differ_are_written():
    other, differing = BookFactory(pages=5), BookFactory()

    assert rewrite() == 1

    assert dict(Book.objects.values_list("pk", "pages")) == {other.pk: 5, differing.pk: 7}


@pytest.mark.django_db(transaction=True)
def test_each_batch_is_committed_by_itself(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 1)
    first, second = BookFactory(), BookFactory()
    Book.objects.filter(pk=second.pk).update(**ratings(5, 1))

    # What the database refuses in the second book does not undo the first.
    with pytest.raises(IntegrityError):
        batches.rewrite_books(
            differing="SELECT id FROM catalog_book", change="rating_sum = 0, pages = 7"
        )

    assert dict(Book.objects.values_list("pk", "pages")) == {first.pk: 7, second.pk: None}
    assert batches.rewrite_books(differing=FREE_BOOKS, change="pages = 7") == 1


@pytest.mark.django_db(transaction=True)
def test_a_book_that_a_checkout_holds_is_left_for_the_next_time():
    held, free = BookFactory(), BookFactory()

    with transaction.atomic():
        Book.objects.locked([held.pk]).get()
        begin(rewrite).join(5)

    assert dict(Book.objects.values_list("pk", "pages")) == {held.pk: None, free.pk: 7}
    assert rewrite() == 1


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_work_one_after_the_other():
    BookFactory.create_batch(5)
    written: list[int] = []

    with batches.only_batch_job():
        threads = [begin(lambda: written.append(rewrite())) for _ in range(2)]
        threads[0].join(0.3)
        assert written == []
    for thread in threads:
        thread.join(5)

    assert sorted(written) == [0, 5]
