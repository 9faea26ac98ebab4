"""Stock is the sum of its movements, and prices leave a trace: rules the database keeps."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum

from catalog import stock
from catalog.models import Book, PriceChange, StockMovement
from catalog.stock import NotEnoughStock
from tests.factories import BookFactory, receive

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOLD = {"order_number": "ABCD2345", "who": "sam@example.org", "at": NOW}
COUNTED = {"reason": StockMovement.Reason.CORRECTION, "who": "stella@example.org", "at": NOW}


@pytest.fixture
def emma(db) -> Book:
    return BookFactory(title="Emma", stock=5)


def copies(book: Book) -> int:
    return Book.objects.values_list("stock", flat=True).get(pk=book.pk)


def moved(book: Book) -> int:
    return book.movements.aggregate(total=Sum("quantity"))["total"] or 0


# Movements


def test_stock_is_the_sum_of_the_movements(emma):
    for change in (7, -4, -1):
        stock.record({emma.pk: change}, **COUNTED)

    assert copies(emma) == moved(emma) == 7


def test_a_movement_says_who_when_and_why(emma):
    stock.record({emma.pk: -1}, note="Damaged by rain", **COUNTED)

    movement = emma.movements.latest("pk")
    assert (movement.quantity, movement.reason) == (-1, StockMovement.Reason.CORRECTION)
    assert (movement.who, movement.note, movement.at) == (
        "stella@example.org",
        "Damaged by rain",
        NOW,
    )


def test_several_movements_of_one_book_in_one_statement_all_count(emma):
    StockMovement.objects.bulk_create(
        StockMovement(book=emma, quantity=quantity, **COUNTED) for quantity in (10, -3, -2)
    )

    assert copies(emma) == moved(emma) == 10


@pytest.mark.django_db
def test_movements_of_many_books_cost_two_statements(django_assert_num_queries):
    books = BookFactory.build_batch(300, stock=0)
    for book in books:
        book.fill_search_text()
    Book.objects.bulk_create(books)

    with django_assert_num_queries(2):
        stock.record({book.pk: 3 for book in books}, **COUNTED)

    assert Book.objects.filter(stock=3).count() == 300


def test_a_movement_that_staff_wrote_changes_stock(emma):
    stock.add(StockMovement(book=emma, quantity=-2, **COUNTED))

    assert copies(emma) == moved(emma) == 3


def test_the_opening_stock_of_a_book_is_a_movement_too(emma):
    assert [movement.reason for movement in emma.movements.all()] == [StockMovement.Reason.OPENING]


# Ways round the ledger


@pytest.mark.parametrize("value", [0, 4, 6])
def test_stock_cannot_be_saved(emma, value):
    emma.stock = value

    with pytest.raises(IntegrityError, match="only through a stock movement"), transaction.atomic():
        emma.save()

    assert copies(emma) == 5


def test_stock_cannot_be_updated(emma):
    with pytest.raises(IntegrityError, match="only through a stock movement"), transaction.atomic():
        Book.objects.filter(pk=emma.pk).update(stock=F("stock") + 1)

    assert copies(emma) == 5


def test_stock_cannot_be_written_in_sql(emma):
    with (
        pytest.raises(IntegrityError, match="only through a stock movement"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE catalog_book SET stock = 99, title = 'Emma!'")

    assert copies(emma) == 5


def test_a_book_whose_stock_is_untouched_can_be_saved(emma):
    emma.subtitle = "A novel"
    emma.save()

    emma.refresh_from_db()
    assert (emma.subtitle, emma.stock) == ("A novel", 5)


def test_a_book_read_before_a_sale_cannot_bring_the_sold_copy_back(emma):
    stale = Book.objects.get(pk=emma.pk)
    receive(emma, -1)

    with pytest.raises(IntegrityError), transaction.atomic():
        stale.save()

    assert copies(emma) == 4


@pytest.mark.django_db
def test_a_new_book_with_stock_is_refused():
    book = BookFactory.build(stock=0)
    book.stock = 3

    with pytest.raises(IntegrityError, match="A new book has no stock"), transaction.atomic():
        book.save()

    assert not Book.objects.exists()


@pytest.mark.parametrize("changes", [{"quantity": 50}, {"note": "never mind"}])
def test_a_movement_cannot_be_changed(emma, changes):
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        emma.movements.update(**changes)

    assert copies(emma) == moved(emma) == 5


def test_a_movement_cannot_be_deleted(emma):
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        emma.movements.all().delete()

    assert moved(emma) == 5


def test_a_book_with_movements_cannot_be_deleted(emma):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError), transaction.atomic():
        Book.objects.filter(pk=emma.pk)._raw_delete("default")

    assert copies(emma) == 5


# Refusals


def test_more_copies_than_there_are_cannot_leave(emma):
    austen = BookFactory(stock=5)

    with pytest.raises(IntegrityError), transaction.atomic():
        stock.record({emma.pk: -6, austen.pk: -1}, **COUNTED)

    assert (copies(emma), copies(austen)) == (5, 5)
    assert StockMovement.objects.count() == 2


def test_a_movement_of_staff_that_takes_too_many_changes_nothing(emma):
    with pytest.raises(IntegrityError), transaction.atomic():
        stock.add(StockMovement(book=emma, quantity=-6, **COUNTED))

    assert copies(emma) == moved(emma) == 5


def test_take_takes_copies_out_for_an_order(emma):
    stock.take({emma.pk: 2}, **SOLD)

    sale = emma.movements.latest("pk")
    assert copies(emma) == 3
    assert (sale.reason, sale.quantity, sale.order_number) == ("sale", -2, "ABCD2345")


def test_take_may_take_the_last_copy(emma):
    stock.take({emma.pk: 5}, **SOLD)

    assert copies(emma) == 0


def test_take_takes_all_or_nothing_and_says_what_is_short(emma, django_assert_num_queries):
    scarce = BookFactory(stock=1)

    with django_assert_num_queries(1), pytest.raises(NotEnoughStock) as refusal:
        stock.take({emma.pk: 1, scarce.pk: 2}, **SOLD)

    assert refusal.value.book == scarce
    assert (copies(emma), copies(scarce)) == (5, 1)


def test_take_locks_books_in_the_order_of_their_keys(emma, django_assert_num_queries):
    later = BookFactory()

    with django_assert_num_queries(1) as queries:
        books = stock.take({later.pk: 1, emma.pk: 1}, **SOLD)

    assert "ORDER BY id FOR NO KEY UPDATE" in queries.captured_queries[0]["sql"]
    assert list(books) == sorted(books)
    assert (copies(emma), copies(later)) == (4, 4)


def test_lock_leaves_out_books_that_do_not_exist(emma):
    assert set(stock.lock([emma.pk, 0])) == {emma.pk}


def test_lock_takes_books_in_the_order_of_their_keys(emma, django_assert_num_queries):
    later = BookFactory()

    with django_assert_num_queries(1) as queries:
        locked = stock.lock([later.pk, emma.pk])

    assert list(locked) == [emma.pk, later.pk]
    assert "FOR NO KEY UPDATE" in queries.captured_queries[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_stock_does_not_change():
    book = BookFactory(stock=5)
    by_staff = StockMovement(book=book, quantity=1, **COUNTED)

    with pytest.raises(RuntimeError):
        stock.record({book.pk: 1}, **COUNTED)
    with pytest.raises(transaction.TransactionManagementError):
        stock.lock([book.pk])
    with pytest.raises(transaction.TransactionManagementError):
        stock.add(by_staff)

    assert copies(book) == moved(book) == 5


# Prices


def test_a_changed_price_leaves_one_trace_by_save(emma):
    emma.price = Decimal("8.50")
    emma.save()

    change = PriceChange.objects.get()
    assert (change.book_id, change.old_price, change.new_price) == (
        emma.pk,
        Decimal("10.00"),
        Decimal("8.50"),
    )


def test_a_changed_price_leaves_one_trace_by_update(emma):
    Book.objects.update(price=F("price") - 1, title="Emma!")

    change = PriceChange.objects.get()
    assert (change.old_price, change.new_price) == (Decimal("10.00"), Decimal("9.00"))


def test_an_unchanged_price_leaves_no_trace(emma):
    emma.save()
    Book.objects.update(price=F("price"), title="Emma!")
    receive(emma, -1)

    assert not PriceChange.objects.exists()


def test_a_price_given_or_taken_away_leaves_a_trace(emma):
    Book.objects.update(price=None)
    Book.objects.update(price=Decimal("7.00"))

    changes = PriceChange.objects.order_by("pk").values_list("old_price", "new_price")
    assert list(changes) == [(Decimal("10.00"), None), (None, Decimal("7.00"))]


# Books that start with copies


def new_book(claimed: int = 0) -> Book:
    book = BookFactory.build(pk=70_001, stock=0)
    book.stock = claimed
    book.fill_derived()
    return book


def test_a_book_starts_with_what_the_ledger_has_for_it(db):
    with transaction.atomic():
        stock.open_with({70_001: 3}, who="import", at=NOW)
        new_book().save(force_insert=True)

    assert Book.objects.get(pk=70_001).stock == 3


@pytest.mark.parametrize("claimed", [1, 2, 4])
def test_a_book_cannot_start_with_anything_else(db, claimed):
    with transaction.atomic():
        stock.open_with({70_001: 3}, who="import", at=NOW)
        with pytest.raises(IntegrityError, match="A new book has no stock"), transaction.atomic():
            new_book(claimed).save(force_insert=True)
        transaction.set_rollback(True)

    assert not Book.objects.filter(pk=70_001).exists()
    assert not StockMovement.objects.filter(book_id=70_001).exists()


@pytest.mark.django_db(transaction=True)
def test_copies_of_a_book_that_is_never_written_do_not_stay():
    with pytest.raises(IntegrityError), transaction.atomic():
        stock.open_with({70_001: 3}, who="import", at=NOW)

    assert not StockMovement.objects.exists()
