from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from tests.bench.checkout import order
from tests.bench.shoppers import HOT_BOOK, Crowds
from tests.factories import BookFactory
from tests.shop.conftest import delivery

__all__ = ["delivery"]


@pytest.fixture
def crowds(delivery) -> Crowds:
    """In a shop whose books have the keys of a new catalogue."""
    for key in range(1, 10):
        BookFactory(pk=key, stock=9, price=Decimal("8.50"))
    return Crowds(timezone.now())


def test_every_shopper_of_a_crowd_can_order_one_to_three_books(crowds):
    client = Client(enforce_csrf_checks=True)
    crowd = crowds.through_the_shop(6)

    orders = [order(client, form) for form in crowd.forms]

    assert [each.items.count() for each in orders] == [1, 2, 3, 1, 2, 3]
    assert [each.cart_id for each in orders] == list(range(crowd.first, crowd.last + 1))


def test_in_a_hot_crowd_one_book_is_in_all_baskets(crowds):
    client = Client(enforce_csrf_checks=True)
    crowd = crowds.through_the_shop(3, is_hot=True)

    orders = [order(client, form) for form in crowd.forms]

    assert all(each.items.filter(book_id=HOT_BOOK).exists() for each in orders)


def test_no_shopper_is_in_two_crowds(crowds):
    first, second = crowds.bare(3), crowds.through_the_shop(3)

    assert first.last < second.first
