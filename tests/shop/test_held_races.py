"""Several people at once after the same held copy."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from catalog.models import Book
from shop.cart import Shopper
from shop.models import CartItem, Order
from shop.services import checkout, payments
from tests.conftest import IN_CI
from tests.factories import BookFactory, receive
from tests.threads import at_once
from tests.waitlist.lists import deliver, join, states, stock_of
from waitlist import offers
from waitlist.models import PreBooking

from .conftest import decline, fill, pay, place
from .held import accept, after_the_hold, hold_a_copy
from .test_checkout_races import ledger_is_right

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = 60 if IN_CI else 15


def visitor() -> Shopper:
    return Shopper(token=uuid.uuid4())


def no_copy_is_lost() -> bool:
    """Whether what came is on sale, held or in an order that stands."""
    return all(_is_whole(book) for book in Book.objects.all()) and ledger_is_right()


def _is_whole(book: Book) -> bool:
    came = book.movements.filter(reason__in=("opening", "delivery"))
    sold = book.order_items.filter(order__status__in=("pending", "confirmed"))
    held = PreBooking.objects.offered().filter(book=book, order_number="").count()
    return book.stock + held + _copies(sold) == _copies(came)


def _copies(rows) -> int:
    return sum(rows.values_list("quantity", flat=True))


def test_one_place_in_many_baskets_is_one_order(delivery):
    for _ in range(ROUNDS):
        emma = BookFactory(stock=0)
        held = hold_a_copy(emma)
        shoppers = [visitor() for _ in range(4)]
        for shopper in shoppers:
            accept(held, shopper)

        outcomes = at_once([lambda who=shopper: place(who) for shopper in shoppers])

        kinds = Counter(type(outcome) for outcome in outcomes)
        assert kinds == {Order: 1, checkout.HoldIsOver: 3}, outcomes
        assert stock_of(emma) == 0
    assert no_copy_is_lost()


def test_ordering_while_the_hold_ends_does_one_of_them(delivery):
    for _ in range(ROUNDS):
        emma, shopper = BookFactory(stock=0), visitor()
        held, next_in_line = hold_a_copy(emma), join(emma)
        late = after_the_hold(held)
        accept(held, shopper)

        # For the shopper's clock the copy is still held.
        order, ended = at_once(
            [lambda: place(shopper), lambda: offers.expire(now=late)]  # noqa: B023
        )

        assert (type(order), ended, *states([held, next_in_line])) in [
            (Order, 0, "offered", "waiting"),
            (checkout.HoldIsOver, 1, "lapsed", "offered"),
        ], order
    assert no_copy_is_lost()


def test_accepting_while_the_hold_ends_promises_nothing(delivery):
    for _ in range(ROUNDS):
        emma, shopper = BookFactory(stock=0), visitor()
        held, next_in_line = hold_a_copy(emma), join(emma)
        late = after_the_hold(held)

        accepted, ended = at_once(
            [lambda: accept(held, shopper), lambda: offers.expire(now=late)]  # noqa: B023
        )

        assert ended == 1
        assert isinstance(accepted, (CartItem, offers.NotHeld)), accepted
        assert states([next_in_line]) == ["offered"]
        with pytest.raises(checkout.CannotPlaceOrder):
            place(shopper)
    assert no_copy_is_lost()


def test_baskets_with_a_held_copy_never_deadlock_with_others(delivery):
    for _ in range(ROUNDS):
        first, second, third = BookFactory.create_batch(3, stock=0)
        held = hold_a_copy(second)
        for book in (first, second, third):
            receive(book, 3)
        one, other, last = visitor(), visitor(), visitor()
        fill(one, third, first)
        accept(held, one)
        fill(other, first, second, third)
        fill(last, third, second)

        outcomes = at_once(
            [
                lambda: place(one),  # noqa: B023
                lambda: place(other),  # noqa: B023
                lambda: place(last),  # noqa: B023
                lambda: deliver(second, 1),  # noqa: B023
            ]
        )

        assert not [each for each in outcomes if isinstance(each, DatabaseError)], outcomes
        assert isinstance(outcomes[0], Order), outcomes
    assert no_copy_is_lost()


def test_paying_declining_and_giving_up_at_once_lose_no_copy(delivery):
    other = BookFactory(stock=2 * ROUNDS)
    for _ in range(ROUNDS):
        emma, shopper = BookFactory(stock=0), visitor()
        held = hold_a_copy(emma)
        accept(held, shopper)
        fill(shopper, other)
        order = place(shopper)
        now, late = timezone.now(), order.pay_by + timedelta(minutes=1)

        outcomes = at_once(
            [
                lambda: pay(order.number, now=now),  # noqa: B023
                lambda: decline(order.number, now=now),  # noqa: B023
                lambda: payments.expire_unpaid_orders(now=late),  # noqa: B023
                lambda: deliver(emma, 1),  # noqa: B023
                lambda: offers.expire(now=after_the_hold(held)),  # noqa: B023
            ]
        )

        assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
    assert no_copy_is_lost()
