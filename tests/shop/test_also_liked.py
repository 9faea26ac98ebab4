"""What readers of a book also liked."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalog.models import AlsoLiked, Book, Work
from shop import also_liked
from shop.fulfilment import FIRST_OF
from shop.models import Order
from tests.factories import BookFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def buy(reader: str, *books: Book, **fields) -> Order:
    """An order, paid for unless `fields` say otherwise."""
    facts = {
        "status": Order.Status.CONFIRMED,
        "email": f"{reader}@example.org",
        "country": "GB",
        "placed_at": NOW,
        "pay_by": NOW,
        "closed_at": NOW,
        "items_total": 10,
        "delivery_total": 0,
        "total": 10,
        **fields,
    }
    order = Order.objects.create(fulfilment=FIRST_OF[facts["status"]], **facts)
    for book in books:
        order.items.create(book=book, title=book.title, ean=book.ean, unit_price=10, quantity=1)
    return order


def liked_with(book: Book) -> list[Book]:
    also_liked.refresh(now=NOW)
    filed = AlsoLiked.objects.filter(book=book).order_by("position").select_related("other")
    return [row.other for row in filed]


@pytest.fixture
def emma() -> Book:
    return BookFactory(title="Emma")


@pytest.fixture
def evelina() -> Book:
    return BookFactory(title="Evelina")


def test_books_of_the_same_readers_go_together_both_ways(emma, evelina):
    for reader in ("ann", "ben"):
        buy(reader, emma)
        buy(reader, evelina)

    assert liked_with(emma) == [evelina]
    assert liked_with(evelina) == [emma]


def test_what_one_reader_bought_stays_with_them(emma, evelina):
    buy("ann", emma, evelina)
    buy("ann", emma, evelina)
    buy("ben", emma)

    assert liked_with(emma) == []


def test_a_guest_and_the_account_with_their_address_are_one_reader(emma, evelina):
    ann = UserFactory(email="ann@example.org")
    buy("ANN", emma, evelina)
    buy("other", emma, evelina, user=ann)

    assert liked_with(emma) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Order.Status.CANCELLED},
        {"status": Order.Status.PAYMENT_FAILED},
        {"status": Order.Status.PENDING, "closed_at": None},
        {"placed_at": NOW - timedelta(days=731)},
    ],
)
def test_only_what_was_paid_for_lately_counts(emma, evelina, fields):
    buy("ann", emma, evelina)
    buy("ben", emma, evelina, **fields)

    assert liked_with(emma) == []


def test_what_everybody_buys_comes_after_what_these_readers_bought(emma, evelina):
    everybodys = BookFactory(title="Everybody's")
    for reader in ("ann", "ben"):
        buy(reader, emma, evelina, everybodys)
    for number in range(10):
        buy(f"reader{number}", everybodys, BookFactory())

    assert liked_with(emma) == [evelina, everybodys]


def test_editions_of_the_same_work_and_withdrawn_books_are_no_news(emma, evelina):
    work = Work.objects.create(title="Emma")
    again = BookFactory(work=work)
    Book.objects.filter(pk=emma.pk).update(work=work)
    Book.objects.filter(pk=evelina.pk).update(withdrawn_at=NOW)
    for reader in ("ann", "ben"):
        buy(reader, emma, again, evelina)

    assert liked_with(emma) == []
    assert liked_with(evelina) != []


def test_dealers_and_libraries_say_nothing(emma, evelina, monkeypatch):
    monkeypatch.setattr(
        also_liked, "_LIKED", also_liked._LIKED.replace("BETWEEN 2 AND 200", "BETWEEN 2 AND 3")
    )
    for reader in ("ann", "ben"):
        buy(reader, emma, evelina, BookFactory(), BookFactory())

    assert liked_with(emma) == []


def test_a_dozen_is_kept_in_a_steady_order(emma):
    others = [BookFactory() for _number in range(14)]
    for reader in ("ann", "ben"):
        buy(reader, emma, *others)

    assert liked_with(emma) == others[:12]


def test_only_what_differs_is_written(emma, evelina):
    for reader in ("ann", "ben"):
        buy(reader, emma, evelina)

    assert also_liked.refresh(now=NOW) == 2
    assert also_liked.refresh(now=NOW) == 0

    Order.objects.filter(email="ann@example.org").delete()
    assert also_liked.refresh(now=NOW) == 2
    assert not AlsoLiked.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_work_one_after_the_other(emma, evelina):
    for reader in ("ann", "ben"):
        buy(reader, emma)
        buy(reader, evelina)
    written: list[int] = []

    def refresh() -> None:
        try:
            written.append(also_liked.refresh(now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [also_liked._LOCK])
        for thread in threads:
            thread.start()
        threads[0].join(0.3)
        assert written == []
    for thread in threads:
        thread.join(5)

    assert sorted(written) == [0, 2]
