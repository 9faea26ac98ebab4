"""Readers, buyers, deliveries and sweeps at once, each in a thread of its own."""

import uuid
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog import stock
from catalog.models import Book
from shop.cart import CannotChangeBasket, Shopper
from shop.services.checkout import CannotPlaceOrder
from tests.factories import UserFactory
from tests.shop.conftest import delivery, fill, place  # noqa: F401
from tests.threads import at_once
from waitlist import offers, places
from waitlist.models import PreBooking, PreBookingEvent

from .lists import assert_sane, deliver, join, line, sold_out, stock_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def try_to_join(user, book: Book) -> str:
    try:
        join(book, user=user)
    except places.CanBeBought:
        return "can be bought"
    return "joined"


def try_to_buy(book: Book) -> str:
    """Again and again, as a reader does who looks for the moment when copies come."""
    for _try in range(10):
        shopper = Shopper(token=uuid.uuid4())
        with suppress(CannotChangeBasket, CannotPlaceOrder):
            fill(shopper, Book.objects.get(pk=book.pk))
            place(shopper)
            return "bought"
    return "too late"


def broken(outcomes) -> list[object]:
    return [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]


@pytest.mark.usefixtures("delivery")
def test_thirty_join_while_three_deliveries_of_five_come_and_others_buy():
    book = sold_out()
    users = [UserFactory() for _ in range(30)]

    outcomes = at_once(
        [
            *(partial(try_to_join, user, book) for user in users),
            *(partial(deliver, book, 5) for _ in range(3)),
            *(partial(try_to_buy, book) for _ in range(12)),
        ]
    )

    assert broken(outcomes) == []
    told = Counter(outcome for outcome in outcomes if isinstance(outcome, str))
    joined, bought = told["joined"], told["bought"]
    assert joined + told["can be bought"] == 30
    assert bought + told["too late"] == 12
    assert PreBooking.objects.count() == joined
    held = PreBooking.objects.offered().count()
    assert held + bought + stock_of(book) == 15
    assert_sane(book)


@pytest.mark.usefixtures("delivery")
def test_what_the_list_does_not_need_is_raced_for_and_never_oversold():
    book = sold_out()
    waiting = line(book, 10)

    outcomes = at_once(
        [
            *(partial(deliver, book, 5) for _ in range(3)),
            *(partial(try_to_buy, book) for _ in range(20)),
        ]
    )

    assert broken(outcomes) == []
    assert Counter(outcomes)["bought"] <= 5
    assert {each.state for each in PreBooking.objects.all()} == {"offered"}
    assert len(waiting) == 10
    assert stock_of(book) == 5 - Counter(outcomes)["bought"]
    assert_sane(book)


def order_held_copy(held: PreBooking) -> str:
    """As checkout does: all books locked, the copy released to this order and taken."""
    number = uuid.uuid4().hex[:12]
    now = timezone.now()
    with transaction.atomic():
        stock.lock([held.book_id])
        offers.claim([held.pk], order_number=number, now=now)
        stock.take({held.book_id: 1}, order_number=number, who="a test", at=now)
    with transaction.atomic():
        offers.fulfil(order_number=number, now=now)
    return "ordered"


def test_thirty_decide_at_once_while_sweeps_run_and_more_comes():
    book, now = sold_out(), timezone.now()
    waiting = line(book, 30)
    for _ in range(3):
        deliver(book, 5, now=now)
    first = waiting[:15]
    # The clocks of the two sweeps are beyond the hold of the first fifteen.
    later = now + timedelta(hours=49)

    outcomes = at_once(
        [
            *(partial(order_held_copy, one) for one in first[:6]),
            *(partial(order_held_copy, one) for one in first[:3]),
            *(partial(offers.decline, key=one.key, now=now) for one in first[6:9]),
            *(partial(offers.skip, key=one.key, now=now) for one in first[9:12]),
            *(partial(places.leave, key=one.key, now=now) for one in waiting[28:]),
            *(partial(offers.expire, now=later) for _ in range(2)),
            partial(deliver, book, 2, now=later),
        ]
    )

    assert broken(outcomes) == []
    for one in first[:3]:
        steps = PreBookingEvent.objects.filter(pre_booking=one, kind="ordered").count()
        assert steps <= 1
    assert_sane(book)
    offered = PreBookingEvent.objects.filter(kind="offered").count()
    assert OutboxMessage.objects.filter(subject__contains="is held for you").count() == offered


def test_two_sweeps_at_once_end_each_hold_once():
    book, now = sold_out(), timezone.now()
    line(book, 10)
    deliver(book, 5, now=now)
    later = now + timedelta(hours=48)

    outcomes = at_once([partial(offers.expire, now=later) for _ in range(4)])

    assert sum(outcomes) == 5
    assert Counter(PreBooking.objects.values_list("state", flat=True)) == {
        "lapsed": 5,
        "offered": 5,
    }
    assert_sane(book)


def test_one_reader_in_two_windows_joins_once():
    book, user = sold_out(), UserFactory()

    outcomes = at_once([partial(join, book, user=user) for _ in range(4)])

    refused = [one for one in outcomes if isinstance(one, places.AlreadyWaiting)]
    assert len(refused) == 3
    assert PreBooking.objects.count() == 1
