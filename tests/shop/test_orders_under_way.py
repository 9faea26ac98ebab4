"""Nobody's data is erased while the shop needs their name for an order."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import erasing
from accounts.models import OutboxMessage, User
from accounts.person import Obstacle, Person
from shop.cart import Shopper
from shop.models import Order, Payment, Refund
from shop.services import cancelling, checkout, posting, refunds, withdrawing
from tests.factories import BookFactory
from tests.threads import at_once

from .conftest import ADDRESS, decline, fill, pay, place

NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=90)


def order_at(user: User, now: datetime, *, copies: int = 1) -> Order:
    fill(Shopper(user=user), BookFactory(stock=9), quantity=copies)
    return place(Shopper(user=user), now=now)


def posted_at(order: Order, now: datetime) -> Order:
    pay(order.number, now)
    return posting.post_order(number=order.number, tracking="", who="stella", now=now)


def refund(order: Order, now: datetime) -> Refund:
    return refunds.refund_lines(
        number=order.number,
        quantities={line.pk: line.quantity for line in order.items.all()},
        delivery=Decimal(0),
        restock=False,
        reason=Refund.Reason.RETURNED,
        who="stella",
        now=now,
    )


def reasons(user: User) -> list[str]:
    return [str(each.words) for each in erasing.obstacles(person=Person.of(user), now=NOW)]


@pytest.mark.django_db
def test_an_order_that_waits_for_its_payment(shopper, delivery):
    order = order_at(shopper, NOW)

    assert reasons(shopper) == [
        f"Order {order.number} waits for its payment. Pay for it, or cancel it."
    ]


@pytest.mark.django_db
def test_an_order_that_is_paid_and_not_posted(shopper, delivery):
    order = pay(order_at(shopper, LONG_AGO).number, LONG_AGO)

    (reason,) = reasons(shopper)
    assert reason.startswith(f"Order {order.number} is still under way. Cancel it")


@pytest.mark.django_db
def test_an_order_in_its_time_to_withdraw_and_no_longer(shopper, delivery):
    order = posted_at(order_at(shopper, NOW), NOW)
    day = timezone.localtime(NOW).date()
    Order.objects.update(expected_on=day - timedelta(days=14))
    (reason,) = reasons(shopper)
    assert "can still be withdrawn from, until" in reason

    Order.objects.filter(pk=order.pk).update(expected_on=day - timedelta(days=15))

    assert reasons(shopper) == []


@pytest.mark.django_db
def test_a_withdrawal_that_is_being_settled(shopper, delivery):
    order = posted_at(order_at(shopper, LONG_AGO), LONG_AGO)
    withdrawal = {"key": uuid.uuid4(), "name": "S", "email": shopper.email, "words": ""}
    day = timezone.localtime(NOW).date()
    Order.objects.update(expected_on=day - timedelta(days=20))
    withdrawing.withdraw(number=order.number, now=NOW - timedelta(days=10), **withdrawal)

    (reason,) = reasons(shopper)
    assert reason == f"What you withdrew from in order {order.number} is still being settled."


@pytest.mark.django_db
def test_money_on_its_way_back(shopper, delivery):
    order = posted_at(order_at(shopper, LONG_AGO), LONG_AGO)
    back = refund(order, LONG_AGO)
    assert reasons(shopper) == [f"Money for order {order.number} is on its way back to you."]

    refunds.send(refund_id=back.pk, now=NOW)

    assert reasons(shopper) == []


@pytest.mark.django_db
def test_money_that_could_not_be_sent_back_until_it_is(shopper, delivery):
    order = pay(order_at(shopper, LONG_AGO).number, LONG_AGO)
    cancelling.cancel_order(number=order.number, who="stella", now=LONG_AGO)
    Refund.objects.update(status="failed", next_try_at=None)
    assert reasons(shopper) == [
        f"Money for order {order.number} could not be sent back to you. Please write to us."
    ]

    again = refunds.send_again(refund_id=Refund.objects.get().pk, who="stella", now=LONG_AGO)
    assert refunds.send(refund_id=again.pk, now=NOW)

    assert reasons(shopper) == []


@pytest.mark.django_db
def test_money_that_went_back_another_way_is_not_owed(shopper, delivery):
    order = posted_at(order_at(shopper, LONG_AGO), LONG_AGO)
    refund(order, LONG_AGO)
    Refund.objects.update(status="failed", next_try_at=None)
    assert refunds.send(refund_id=refund(order, LONG_AGO).pk, now=NOW)

    assert reasons(shopper) == []


@pytest.mark.django_db
def test_a_payment_that_nobody_has_ended_yet(shopper, delivery):
    order = order_at(shopper, NOW)
    cancelling.cancel_order(number=order.number, who=shopper.email, now=NOW)

    (reason,) = reasons(shopper)
    assert reason.startswith(f"A payment for order {order.number} is being ended.")

    Payment.objects.update(status="closed", settled_at=NOW)
    assert reasons(shopper) == []


@pytest.mark.django_db
def test_an_order_that_was_paid_back_before_it_was_posted_is_settled(shopper, delivery):
    order = pay(order_at(shopper, LONG_AGO).number, LONG_AGO)

    refunds.send(refund_id=refund(order, LONG_AGO).pk, now=NOW)

    assert reasons(shopper) == []


@pytest.mark.django_db
def test_orders_that_came_to_nothing_do_not_matter(shopper, delivery):
    decline(order_at(shopper, NOW).number)

    assert reasons(shopper) == []


@pytest.mark.django_db
def test_a_guests_order_with_the_same_address_matters(shopper, delivery, guest):
    fill(guest, BookFactory())
    order = place(guest)
    Order.objects.filter(pk=order.pk).update(email=shopper.email.upper())

    assert len(reasons(shopper)) == 1


@pytest.mark.django_db
def test_the_command_is_refused_and_leaves_everything(shopper, delivery):
    order = order_at(shopper, NOW)

    for dry_run in (True, False):
        with pytest.raises(CommandError, match=f"\n- Order {order.number} waits") as refusal:
            call_command("gdpr_erase", shopper.email, dry_run=dry_run)
        assert refusal.value.returncode == 1

    order.refresh_from_db()
    assert order.user == shopper


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(8))
def test_an_order_in_the_same_moment_is_there_with_its_person_or_not_at_all(
    attempt, shopper, delivery
):
    buyer = Shopper(user=shopper)
    fill(buyer, BookFactory())
    person = Person.of(shopper)

    ordered, erased = at_once(
        [lambda: place(buyer), lambda: erasing.erase(person=person, now=timezone.now())]
    )

    if User.objects.filter(pk=shopper.pk).exists():
        assert isinstance(ordered, Order)
        assert isinstance(erased, erasing.CannotErase)
        assert Order.objects.get().user == shopper
    else:
        assert isinstance(ordered, checkout.BasketIsEmpty | checkout.CannotPlaceOrder)
        assert erased
        assert not Order.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_order_that_has_begun_is_waited_for(shopper, delivery, monkeypatch):
    """Held up between its rows and its commit, as long as the other takes to look."""
    buyer = Shopper(user=shopper)
    fill(buyer, BookFactory())
    person = Person.of(shopper)
    has_written, may_commit = threading.Event(), threading.Event()
    take = checkout._take_copies

    def take_slowly(*args: object, **kwargs: object) -> None:
        take(*args, **kwargs)
        has_written.set()
        may_commit.wait(10)

    monkeypatch.setattr(checkout, "_take_copies", take_slowly)

    def erase_meanwhile() -> int:
        has_written.wait(10)
        threading.Timer(0.3, may_commit.set).start()
        return erasing.erase(person=person, now=timezone.now())

    ordered, erased = at_once([lambda: place(buyer), erase_meanwhile])

    assert isinstance(ordered, Order)
    assert isinstance(erased, erasing.CannotErase)
    assert Order.objects.get().user == shopper


@pytest.fixture
def in_between(monkeypatch):
    """Lets something happen when an erasure has just found that nothing stands against it."""

    def happen(act: Callable[[], object]) -> None:
        look = erasing.obstacles

        def look_and_act(**who: Any) -> list[Obstacle]:
            found = look(**who)
            act()
            return found

        monkeypatch.setattr(erasing, "obstacles", look_and_act)

    return happen


@pytest.mark.django_db
def test_what_a_guest_orders_in_between_stays_as_it_is(in_between, delivery, guest):
    fill(guest, BookFactory(stock=9))
    came = posted_at(place(guest, now=LONG_AGO), LONG_AGO)
    later = Shopper(token=uuid.uuid4())
    fill(later, BookFactory(stock=9))
    in_between(lambda: pay(place(later).number))

    erasing.erase(person=Person.with_email(ADDRESS["email"]), now=NOW)

    came.refresh_from_db()
    assert came.is_erased
    order = Order.objects.exclude(pk=came.pk).get()
    assert (order.is_erased, order.email, order.is_confirmed) == (False, ADDRESS["email"], True)
    assert order.cart.token == later.token
    assert OutboxMessage.objects.filter(thread=order.number, to=order.email).exists()
    assert not OutboxMessage.objects.filter(thread=came.number).exists()


@pytest.mark.django_db
def test_an_address_that_is_confirmed_while_erasing_begins_counts(shopper, delivery, guest):
    """Who it is about is read again once the account is locked."""
    fill(guest, BookFactory(stock=9))
    place(guest)
    person = Person.of(shopper)
    EmailAddress.objects.create(user=shopper, email=ADDRESS["email"], verified=True)

    with pytest.raises(erasing.CannotErase, match="waits for its payment"):
        erasing.erase(person=person, now=NOW)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_erasing_twice_at_once_is_done_once(shopper, delivery):
    person = Person.of(shopper)

    outcomes = at_once([lambda: erasing.erase(person=person, now=timezone.now())] * 2)

    assert sorted(outcomes) == [0, 1]
