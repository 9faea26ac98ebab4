"""Copies that come back go to those who wait, the first in line first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop.models import Refund
from shop.services import cancelling, payments, refunds
from tests.factories import BookFactory
from tests.waitlist.lists import join, states, stock_of

from .conftest import decline, fill, pay, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def last_copy(delivery):
    """A book whose only copy the guest of these tests buys."""
    return BookFactory(title="Emma", stock=1)


@pytest.fixture
def order(last_copy, guest):
    fill(guest, last_copy)
    return place(guest)


def test_the_copy_of_a_cancelled_order_goes_to_the_next_in_line(order, last_copy):
    pay(order.number)
    waiting = join(last_copy)

    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    assert states([waiting]) == ["offered"]
    assert stock_of(last_copy) == 0


def test_a_copy_that_was_sent_back_goes_to_the_next_in_line(order, last_copy):
    pay(order.number)
    waiting = join(last_copy)

    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: 1},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.RETURNED,
        who="stella",
        now=timezone.now(),
    )

    assert states([waiting]) == ["offered"]
    assert stock_of(last_copy) == 0


def test_the_copy_of_an_order_that_is_not_paid_goes_to_the_next_in_line(order, last_copy):
    first, second = join(last_copy), join(last_copy)

    decline(order.number)

    assert states([first, second]) == ["offered", "waiting"]
    assert stock_of(last_copy) == 0


def test_the_copy_of_an_order_whose_time_is_over_goes_to_the_next_in_line(order, last_copy):
    waiting = join(last_copy)

    payments.expire_unpaid_orders(now=order.pay_by + timedelta(minutes=1))

    assert states([waiting]) == ["offered"]
    assert stock_of(last_copy) == 0


def test_copies_that_staff_write_into_the_ledger_go_to_those_who_wait(staff_client):
    book = BookFactory(stock=0)
    waiting = join(book)
    arrived = {"book": book.pk, "quantity": 3, "reason": "delivery", "note": ""}

    staff_client.post("/admin/catalog/stockmovement/add/", arrived)

    assert states([waiting]) == ["offered"]
    assert stock_of(book) == 2
