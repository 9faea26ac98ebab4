from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.tasks import default_task_backend
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import StockMovement
from shop import cart, merging
from shop.models import Order
from shop.services import payments
from tests.factories import BookFactory

from .conftest import decline, fill, pay, place


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3)


@pytest.fixture
def order(guest, emma):
    fill(guest, emma, quantity=2)
    return place(guest)


def movements_add_up(book) -> bool:
    book.refresh_from_db()
    return book.stock == sum(book.movements.values_list("quantity", flat=True))


def test_paid_makes_it_confirmed_and_writes_one_mail(order):
    pay(order.number)

    order.refresh_from_db()
    mail = OutboxMessage.objects.get()
    assert order.status == Order.Status.CONFIRMED
    assert mail.to == "nadia@example.org"
    assert order.number in mail.subject
    assert "2 × Emma, £20.00" in mail.body
    assert "Total: £22.95" in mail.body


def test_told_twice_that_it_is_paid_sends_one_mail(order):
    pay(order.number)
    pay(order.number)

    assert OutboxMessage.objects.count() == 1


def test_the_worker_is_told_of_the_mail_only_after_the_commit(
    order, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        pay(order.number)
        assert default_task_backend.results == []

    assert [result.task.name for result in default_task_backend.results] == ["send_mail"]


def test_declined_gives_the_copies_back_and_fills_the_basket_again(guest, order, emma):
    decline(order.number)

    order.refresh_from_db()
    emma.refresh_from_db()
    assert order.status == Order.Status.PAYMENT_FAILED
    assert emma.stock == 3
    assert [(line.book, line.quantity) for line in cart.basket_of(guest).lines] == [(emma, 2)]
    assert (
        OutboxMessage.objects.get().subject == f"Your order {order.number} at Octavo was not paid"
    )


def test_told_twice_that_it_is_declined_gives_the_copies_back_once(order, emma):
    decline(order.number)
    decline(order.number)

    assert movements_add_up(emma)
    assert emma.stock == 3


def test_a_paid_order_cannot_fail_afterwards(order, emma):
    pay(order.number)

    declined = decline(order.number)

    assert declined.is_confirmed
    emma.refresh_from_db()
    assert emma.stock == 1


def test_a_basket_filled_meanwhile_keeps_the_larger_quantity(guest, order, emma):
    fill(guest, emma, quantity=1)

    decline(order.number)

    assert [line.quantity for line in cart.basket_of(guest).lines] == [2]


def test_a_visitor_who_signed_in_meanwhile_finds_the_lines_in_their_own_basket(
    guest, order, emma, shopper
):
    merging.merge(token=guest.token, user=shopper, now=timezone.now())

    decline(order.number)

    assert cart.basket_of(cart.Shopper(user=shopper)).copies == 2
    assert cart.basket_of(guest).copies == 0


def test_an_order_that_cannot_be_given_up_keeps_no_other_from_it(
    guest, order, emma, monkeypatch, caplog
):
    fill(guest, emma)
    other = place(guest)
    fail = payments._fail

    def refuse_the_first(given_up, **words):
        if given_up == order:
            raise DatabaseError("no")
        fail(given_up, **words)

    monkeypatch.setattr(payments, "_fail", refuse_the_first)

    assert payments.expire_unpaid_orders(now=other.pay_by + timedelta(hours=1)) == 1

    assert order.number in caplog.text


def test_an_unpaid_order_expires_when_its_time_is_over(guest, order, emma):
    before = payments.expire_unpaid_orders(now=order.pay_by - timedelta(seconds=1))
    after = payments.expire_unpaid_orders(now=order.pay_by + timedelta(seconds=1))
    again = payments.expire_unpaid_orders(now=order.pay_by + timedelta(seconds=2))

    emma.refresh_from_db()
    assert (before, after, again) == (0, 1, 0)
    assert emma.stock == 3
    assert cart.basket_of(guest).copies == 2


def test_paid_orders_never_expire(order):
    pay(order.number)

    assert payments.expire_unpaid_orders(now=timezone.now() + timedelta(days=1)) == 0


def test_the_ledger_names_order_and_reason(order, emma):
    decline(order.number)

    back = StockMovement.objects.get(reason="not_paid")
    assert (back.quantity, back.order_number, back.who) == (2, order.number, "payment declined")
