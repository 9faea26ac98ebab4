"""A copy that the waiting list holds is ordered, paid or not paid, and given back."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shop import cart
from shop.cart import Shopper
from shop.models import DeliveryMethod, Order, Refund
from shop.services import cancelling, checkout, discounts, payments
from tests.factories import BookFactory, VoucherFactory
from tests.waitlist.lists import join, states, stock_of
from waitlist import offers, places
from waitlist.models import PreBooking

from .conftest import decline, fill, pay, place
from .held import accept, after_the_hold, is_held, line_of
from .test_checkout_races import ledger_is_right

pytestmark = pytest.mark.django_db


def test_a_held_copy_is_ordered_and_its_place_fulfilled(held, emma, guest):
    accept(held, guest)

    order = place(guest)
    assert states([held]) == ["offered"]
    assert not is_held(held)
    pay(order.number)

    assert states([held]) == ["fulfilled"]
    assert order.items.get().pre_booking == held
    assert stock_of(emma) == 0
    assert ledger_is_right()


def test_an_order_that_costs_nothing_fulfils_its_place_at_once(held, guest):
    DeliveryMethod.objects.update(price=0)
    VoucherFactory(code="FREE", value=Decimal(100))
    accept(held, guest)
    discounts.use_voucher(shopper=guest, code="FREE", email="", now=timezone.now())

    place(guest)

    assert states([held]) == ["fulfilled"]


def test_a_hold_that_ends_before_the_order_is_refused_and_nothing_changes(held, emma, guest):
    accept(held, guest)
    next_in_line = join(emma)
    offers.expire(now=after_the_hold(held))

    with pytest.raises(checkout.HoldIsOver, match="No copy of “Emma” is held for you any more"):
        place(guest)

    assert states([held, next_in_line]) == ["lapsed", "offered"]
    assert not Order.objects.exists()
    assert line_of(guest).quantity == 1


def test_a_hold_that_ends_while_the_order_is_placed_is_refused(held, emma, guest, monkeypatch):
    accept(held, guest)
    write = checkout.order_rows.write

    def write_while_the_hold_ends(*args: Any) -> None:
        write(*args)
        PreBooking.objects.update(hold_until=timezone.now() - timedelta(minutes=1))

    monkeypatch.setattr(checkout.order_rows, "write", write_while_the_hold_ends)

    with pytest.raises(checkout.HoldIsOver):
        place(guest)

    assert not Order.objects.exists()
    assert line_of(guest).held == held


def test_two_baskets_with_the_same_place_have_one_order(held, emma, guest):
    other = Shopper(token=uuid.uuid4())
    accept(held, guest)
    accept(held, other)

    place(guest)

    with pytest.raises(checkout.HoldIsOver):
        place(other)
    assert cart.look_into(other).news == [
        "The copy of “Emma” that was held for you has been ordered."
    ]
    assert Order.objects.count() == 1


def test_a_copy_that_waits_for_its_payment_cannot_be_accepted_again(held, guest):
    accept(held, guest)
    order = place(guest)

    with pytest.raises(places.IsBeingOrdered, match=order.number):
        accept(held, guest)


def test_a_payment_that_is_declined_leaves_the_copy_held_and_in_the_basket(held, emma, guest):
    accept(held, guest)
    waiting = join(emma)

    decline(place(guest).number)

    assert states([held, waiting]) == ["offered", "waiting"]
    assert is_held(held)
    assert line_of(guest).is_held
    assert stock_of(emma) == 0
    assert place(guest).items.get().pre_booking == held


def test_a_payment_declined_after_the_hold_passes_the_copy_on(held, emma, guest):
    accept(held, guest)
    waiting = join(emma)

    decline(place(guest).number, now=after_the_hold(held))

    assert states([held, waiting]) == ["lapsed", "offered"]
    assert cart.look_into(guest).news == ["The time your copy of “Emma” was held for is over."]
    assert stock_of(emma) == 0


def test_an_order_that_nobody_pays_leaves_the_copy_held(held, guest):
    accept(held, guest)
    order = place(guest)

    payments.expire_unpaid_orders(now=order.pay_by + timedelta(minutes=1))

    assert states([held]) == ["offered"]
    assert line_of(guest).is_held


def test_an_order_that_nobody_pays_within_the_hold_passes_the_copy_on(held, emma, guest):
    accept(held, guest)
    waiting = join(emma)
    place(guest)

    offers.expire(now=after_the_hold(held))
    assert states([held, waiting]) == ["offered", "waiting"]
    payments.expire_unpaid_orders(now=after_the_hold(held))

    assert states([held, waiting]) == ["lapsed", "offered"]


def test_an_order_that_is_cancelled_unpaid_leaves_the_copy_held(held, guest):
    accept(held, guest)
    order = place(guest)

    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    assert is_held(held)
    assert line_of(guest).is_held


def test_a_cancelled_order_that_was_paid_passes_its_copy_on(held, emma, guest):
    accept(held, guest)
    order = place(guest)
    pay(order.number)
    waiting = join(emma)

    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    assert states([held, waiting]) == ["fulfilled", "offered"]


def test_money_that_comes_late_takes_the_copy_that_is_held_again(held, emma, guest):
    accept(held, guest)
    order = place(guest)
    decline(order.number)

    assert pay(order.number).is_confirmed

    assert states([held]) == ["fulfilled"]
    assert cart.basket_of(guest).lines == []
    assert stock_of(emma) == 0
    assert ledger_is_right()


def test_money_that_comes_after_the_copy_was_passed_on_goes_back(held, emma, guest):
    accept(held, guest)
    waiting = join(emma)
    order = place(guest)
    decline(order.number, now=after_the_hold(held))

    assert pay(order.number).is_payment_failed

    assert states([held, waiting]) == ["lapsed", "offered"]
    assert Refund.objects.get().reason == "late"


def test_late_money_for_an_order_of_which_a_book_is_gone_leaves_the_copy_held(held, guest):
    other_book = BookFactory(stock=1)
    accept(held, guest)
    fill(guest, other_book)
    order = place(guest)
    decline(order.number)
    other = Shopper(token=uuid.uuid4())
    fill(other, other_book)
    place(other)

    assert pay(order.number).is_payment_failed

    assert is_held(held)
    assert ledger_is_right()
