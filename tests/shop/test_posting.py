"""Parcels leave, or wait in the shop for whoever collects them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import Refund
from shop.services import cancelling, posting, refunds
from tests.factories import BookFactory, DeliveryMethodFactory

from .conftest import draft, fill, pay, place

TODAY = timezone.make_aware(timezone.datetime(2026, 11, 26, 10))


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3)


@pytest.fixture
def to_come(delivery):
    return BookFactory(title="The Waves", stock=3, on_sale_on=date(2027, 1, 14))


@pytest.fixture
def order(guest, emma):
    fill(guest, emma, quantity=2)
    return place(guest)


def post(order, **changes):
    words = {"number": order.number, "tracking": "", "who": "stella", "now": timezone.now()}
    return posting.post_order(**{**words, **changes})


def mail() -> OutboxMessage:
    return OutboxMessage.objects.latest("pk")


def test_posting_tells_the_shopper_and_names_the_day(order, delivery):
    pay(order.number)
    monday = timezone.make_aware(timezone.datetime(2026, 11, 23, 10))

    posted = post(order, tracking="AB 123", now=monday)

    sent = mail()
    assert posted.expected_on == date(2026, 12, 7)
    assert "AB 123" in sent.body
    assert "by 7 December 2026" in sent.body


def test_the_day_follows_from_what_the_checkout_said(guest, emma, delivery):
    delivery.days_from, delivery.days_to = 1, 2
    delivery.save()
    fill(guest, emma)
    order = pay(place(guest).number)

    posted = post(order, now=timezone.make_aware(timezone.datetime(2026, 11, 27, 10)))

    assert posted.expected_on == date(2026, 12, 1)


def test_an_order_that_is_not_paid_is_not_posted(order):
    with pytest.raises(posting.NotToBePosted, match="Waiting for payment"):
        post(order)


def test_an_order_is_posted_once(order):
    pay(order.number)
    post(order)

    with pytest.raises(posting.NotToBePosted, match="it is posted already"):
        post(order)


def test_an_order_that_is_collected_is_told_to_be_ready(guest, emma):
    collect = DeliveryMethodFactory(name="Collect", kind="collect")
    fill(guest, emma)
    order = pay(place(guest, said=draft(delivery_id=collect.pk)).number)

    post(order)

    sent = mail()
    assert sent.subject == f"Your order {order.number} at Octavo is ready"
    assert "8 Quarto Lane" in sent.body


def test_a_book_to_come_leaves_on_its_day_in_a_parcel_of_its_own(guest, emma, to_come):
    fill(guest, emma, to_come)
    order = pay(place(guest, now=TODAY).number, now=TODAY)

    first = post(order, now=TODAY)
    assert (first.has_left, first.is_posted, first.withdraw_until) == (True, False, None)
    assert "1 × Emma" in mail().body
    assert "The Waves" not in mail().body
    assert "follow in a parcel of their own" in mail().body
    with pytest.raises(posting.NotBeforeItsDay, match="before 14 January 2027"):
        post(order, now=TODAY + timedelta(days=1))

    last = post(order, now=timezone.make_aware(timezone.datetime(2027, 1, 14, 9)))
    assert last.is_posted
    assert "1 × The Waves" in mail().body
    assert list(order.events.order_by("pk").values_list("kind", flat=True))[-2:] == [
        "part_posted",
        "posted",
    ]


def test_after_its_first_parcel_an_order_is_no_longer_cancelled(guest, emma, to_come):
    fill(guest, emma, to_come)
    order = pay(place(guest, now=TODAY).number, now=TODAY)
    post(order, now=TODAY)

    with pytest.raises(cancelling.CannotCancel, match="on its way already"):
        cancelling.cancel_order(number=order.number, who="sam", now=TODAY)


def refund_all(order) -> None:
    refunds.refund_lines(
        number=order.number,
        quantities={item.pk: item.quantity for item in order.items.all()},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.GOODWILL,
        who="stella",
        now=timezone.now(),
    )


def test_what_was_paid_back_is_not_posted(order):
    pay(order.number)
    refund_all(order)

    with pytest.raises(posting.NothingIsLeft):
        post(order)
