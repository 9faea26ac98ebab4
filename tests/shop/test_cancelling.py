"""An order is cancelled before it leaves, or leaves."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from shop import cart
from shop.models import OrderItem, Payment, Refund
from shop.services import cancelling, posting, refunds
from tests.factories import BookFactory

from .conftest import decline, fill, pay, place


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
    return posting.post_order(**{**words, **changes})


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


def test_a_copy_that_was_paid_back_and_kept_does_not_go_on_sale(order, emma):
    pay(order.number)
    refunds.refund_lines(
        number=order.number,
        quantities={OrderItem.objects.get().pk: 1},
        delivery=Decimal(0),
        restock=False,
        reason=Refund.Reason.RETURNED,
        who="stella",
        now=timezone.now(),
    )

    cancel(order)

    emma.refresh_from_db()
    assert emma.stock == 2
