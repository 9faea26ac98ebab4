"""Many shoppers at once, each in a thread with a database connection of its own."""

import uuid
from collections import Counter

import pytest
from django.utils import timezone

from catalog.models import Book, StockMovement
from shop import cart, lists, merging
from shop.cart import Shopper
from shop.models import Order
from shop.services import checkout, payments
from tests.conftest import IN_CI
from tests.factories import BookFactory, UserFactory, receive
from tests.threads import at_once

from .conftest import decline, fill, pay, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PAIRS_OF_BASKETS = 200 if IN_CI else 60


def shoppers_with(*books: Book, count: int) -> list[Shopper]:
    shoppers = [Shopper(token=uuid.uuid4()) for _ in range(count)]
    for shopper in shoppers:
        fill(shopper, *books)
    return shoppers


def ledger_is_right() -> bool:
    return all(
        book.stock == sum(book.movements.values_list("quantity", flat=True))
        for book in Book.objects.all()
    )


def test_forty_shoppers_seven_copies(delivery):
    book = BookFactory(stock=7)
    shoppers = shoppers_with(book, count=40)

    outcomes = at_once([lambda shopper=shopper: place(shopper) for shopper in shoppers])

    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {Order: 7, checkout.NotEnoughCopies: 33}
    assert {str(refusal) for refusal in outcomes if not isinstance(refusal, Order)} == {
        f"“{book.title}” has just sold out. Please take it out of your basket."
    }
    book.refresh_from_db()
    assert book.stock == 0
    assert StockMovement.objects.filter(reason="sale").count() == 7
    assert ledger_is_right()


def test_baskets_filled_in_opposite_order_never_deadlock(delivery):
    first, second = BookFactory(stock=1), BookFactory(stock=1)
    for _ in range(PAIRS_OF_BASKETS):
        refill(first, second)
        one = shoppers_with(first, second, count=1)[0]
        other = shoppers_with(second, first, count=1)[0]

        outcomes = at_once([lambda: place(one), lambda: place(other)])  # noqa: B023, run here

        kinds = Counter(type(outcome) for outcome in outcomes)
        assert kinds == {Order: 1, checkout.NotEnoughCopies: 1}, outcomes
    assert ledger_is_right()


def refill(*books: Book) -> None:
    for book in books:
        book.refresh_from_db()
        if book.stock == 0:
            receive(book, 1)


def test_a_double_click_places_one_order(delivery):
    book = BookFactory(stock=50)
    shopper = shoppers_with(book, count=1)[0]
    key = uuid.uuid4()

    outcomes = at_once([lambda: place(shopper, form_key=key)] * 8)

    assert {outcome for outcome in outcomes if isinstance(outcome, Order)} == {Order.objects.get()}
    assert all(isinstance(outcome, Order) for outcome in outcomes)
    book.refresh_from_db()
    assert book.stock == 49


def test_paying_and_expiring_at_once_does_one_of_them(delivery):
    book = BookFactory(stock=30)
    for _ in range(10):
        shopper = shoppers_with(book, count=1)[0]
        order = place(shopper)
        late = order.pay_by.replace(year=order.pay_by.year + 1)

        at_once(
            [
                lambda: pay(order.number, now=late),  # noqa: B023
                lambda: payments.expire_unpaid_orders(now=late),  # noqa: B023
                lambda: decline(order.number, now=late),  # noqa: B023
            ]
        )

    paid = Order.objects.filter(status="confirmed").count()
    assert Order.objects.filter(status="pending").count() == 0
    book.refresh_from_db()
    assert book.stock == 30 - paid
    assert ledger_is_right()


def test_signing_in_while_orders_are_given_up_never_deadlocks(delivery):
    book = BookFactory(stock=90)
    for _ in range(PAIRS_OF_BASKETS // 3):
        visitor, user = Shopper(token=uuid.uuid4()), UserFactory()
        orders = []
        for _ in range(2):
            fill(visitor, book)
            orders.append(place(visitor))
        fill(visitor, book)
        fill(Shopper(user=user), book)

        now = timezone.now()
        outcomes = at_once(
            [
                *(lambda n=order.number, at=now: decline(n, now=at) for order in orders),
                lambda: merging.merge(token=visitor.token, user=user, now=now),  # noqa: B023, run here
            ]
        )

        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        assert cart.basket_of(Shopper(user=user)).copies == 1
    assert ledger_is_right()


def test_ranks_are_refreshed_while_people_buy(delivery):
    books = BookFactory.create_batch(20, stock=90)
    shoppers = shoppers_with(*books, count=4)

    def buy_and_pay(shopper: Shopper) -> None:
        for _ in range(5):
            order = place(shopper)
            pay(order.number)
            fill(shopper, *reversed(books))

    def refresh(times: int = 30) -> None:
        for _ in range(times):
            lists.rank_books()
            lists.count_facets(today=timezone.localdate())

    buyers = [lambda shopper=shopper: buy_and_pay(shopper) for shopper in shoppers]
    outcomes = at_once([*buyers, refresh])

    assert outcomes == [None] * 5
    refresh(times=1)
    assert set(Book.objects.values_list("bestseller_rank", flat=True)) == {20_000}


def test_two_first_clicks_on_add_make_one_basket(delivery):
    book = BookFactory(stock=90)
    shopper = Shopper(token=uuid.uuid4())

    outcomes = at_once([lambda: fill(shopper, book)] * 8)

    assert outcomes == [None] * 8
    assert cart.basket_of(shopper).copies == 8
