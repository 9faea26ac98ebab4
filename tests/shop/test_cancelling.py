"""An order is cancelled before it leaves, or leaves."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from shop import cart
from shop.models import OrderItem, Payment, Refund
from shop.services import cancelling, refunds
from tests.factories import BookFactory, DeliveryMethodFactory

from .conftest import decline, draft, fill, pay, place


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3)


@pytest.fixture
def order(guest, emma):
    fill(guest, emma, quantity=2)
    return place(guest)


def cancel(order, **changes):
    words = {"number": order.number, "who": "sam", "now": timezone.now(), **changes}
    return cancelling.cancel_order(**words)


def post(order, **changes):
    words = {"number": order.number, "tracking": "", "who": "stella", "now": timezone.now()}
    return cancelling.post_order(**{**words, **changes})


def test_an_order_that_waits_is_cancelled_and_its_lines_are_in_the_basket_again(guest, order, emma):
    cancelled = cancel(order)

    emma.refresh_from_db()
    assert cancelled.is_cancelled
    assert emma.stock == 3
    assert [line.quantity for line in cart.basket_of(guest).lines] == [2]
    assert not Refund.objects.exists()


def test_a_paid_order_is_cancelled_and_its_money_goes_back(order, emma):
    pay(order.number)

    cancel(order)

    emma.refresh_from_db()
    assert emma.stock == 3
    assert Refund.objects.get().amount == order.total
    assert Payment.objects.get().rest == 0
    mail = OutboxMessage.objects.latest("pk")
    assert mail.subject == f"Your order {order.number} at Octavo is cancelled"
    assert "goes back the way it came" in mail.body


def test_cancelling_twice_is_cancelling_once(order, emma):
    pay(order.number)

    cancel(order)
    cancel(order)

    emma.refresh_from_db()
    assert emma.stock == 3
    assert Refund.objects.count() == 1


def test_copies_that_had_come_back_already_do_not_come_back_again(order, emma):
    pay(order.number)
    refunds.refund_lines(
        number=order.number,
        quantities={OrderItem.objects.get().pk: 1},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.GOODWILL,
        who="stella",
        now=timezone.now(),
    )

    cancel(order)

    emma.refresh_from_db()
    assert emma.stock == 3
    assert Payment.objects.get().rest == 0


def test_an_order_on_its_way_cannot_be_cancelled(order, emma):
    pay(order.number)
    post(order)

    with pytest.raises(cancelling.CannotCancel, match="on its way already"):
        cancel(order)

    emma.refresh_from_db()
    assert emma.stock == 1


def test_an_order_that_was_given_up_cannot_be_cancelled(order):
    decline(order.number)

    with pytest.raises(cancelling.CannotCancel):
        cancel(order)


def test_posting_tells_the_shopper_and_names_the_day(order, delivery):
    pay(order.number)
    monday = timezone.make_aware(timezone.datetime(2026, 11, 23, 10))

    posted = post(order, tracking="AB 123", now=monday)

    mail = OutboxMessage.objects.latest("pk")
    assert posted.expected_on == date(2026, 12, 7)
    assert "AB 123" in mail.body
    assert "by 7 December 2026" in mail.body


def test_the_day_follows_from_what_the_checkout_said(guest, emma, delivery):
    delivery.days_from, delivery.days_to = 1, 2
    delivery.save()
    fill(guest, emma)
    order = pay(place(guest).number)

    posted = post(order, now=timezone.make_aware(timezone.datetime(2026, 11, 27, 10)))

    assert posted.expected_on == date(2026, 12, 1)


def test_an_order_that_is_not_paid_is_not_posted(order):
    with pytest.raises(cancelling.CannotPost, match="Waiting for payment"):
        post(order)


def test_an_order_is_posted_once(order):
    pay(order.number)
    post(order)

    with pytest.raises(cancelling.CannotPost, match="it is posted already"):
        post(order)


def test_an_order_that_is_collected_is_told_to_be_ready(guest, emma):
    collect = DeliveryMethodFactory(name="Collect", kind="collect")
    fill(guest, emma)
    order = pay(place(guest, said=draft(delivery_id=collect.pk)).number)

    post(order)

    mail = OutboxMessage.objects.latest("pk")
    assert mail.subject == f"Your order {order.number} at Octavo is ready"
    assert "8 Quarto Lane" in mail.body
