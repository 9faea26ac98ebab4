import pytest

from catalog.models import Book, StockMovement
from tests.audits import findings, found_by, without_triggers
from tests.factories import BookFactory, receive

pytestmark = pytest.mark.django_db


def test_stock_that_follows_its_ledger_is_right():
    book = BookFactory(stock=3)
    receive(book, -2)
    BookFactory(stock=0)

    assert findings() == []


def test_stock_that_was_changed_by_hand_is_found():
    book = BookFactory(stock=3)
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=book.pk).update(stock=4)

    assert found_by("Stock") == [f"book {book.pk} ({book.ean}): stock 4, movements 3"]


@pytest.mark.parametrize("left", [[], [1]])
def test_a_movement_that_went_missing_is_found(left):
    book = BookFactory(stock=3)
    receive(book, 1)
    with without_triggers("catalog_stockmovement"):
        StockMovement.objects.exclude(quantity__in=left).delete()

    assert found_by("Stock") == [f"book {book.pk} ({book.ean}): stock 4, movements {sum(left)}"]
