"""What the shop does at a provider's word, in whatever order and however often it comes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from shop import cart
from shop.models import Invoice, Order, OrderEvent, Payment, Refund
from shop.providers.base import PaymentWord, ProviderDown, ProviderRefused, RefundWord, State
from shop.providers.demo import DemoProvider
from shop.services import cancelling, payments
from tests.factories import BookFactory

from .conftest import decline, fill, hear, pay, place, word_about


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3)


@pytest.fixture
def order(guest, emma):
    fill(guest, emma, quantity=2)
    return place(guest)


@pytest.fixture
def expired(order) -> Order:
    payments.expire_unpaid_orders(now=order.pay_by + timedelta(seconds=1))
    return Order.objects.get()


def second_attempt(order: Order) -> Payment:
    return Payment.objects.create(**payments.attempt_fields(order, timezone.now()))


def subjects() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("subject", flat=True))


def kinds(order: Order) -> list[str]:
    return list(order.events.order_by("pk").values_list("kind", flat=True))


def test_paying_makes_one_invoice_and_a_row_of_history(order):
    pay(order.number)
    pay(order.number)

    assert kinds(order) == ["placed", "paid"]
    assert Invoice.objects.get().order == order


def test_invoices_are_numbered_without_a_gap(guest, emma):
    for _ in range(3):
        fill(guest, emma)
        pay(place(guest).number)

    assert list(Invoice.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3]


def test_a_late_payment_takes_the_copies_again(guest, expired, emma):
    paid = pay(expired.number)

    emma.refresh_from_db()
    assert paid.is_confirmed
    assert emma.stock == 1
    assert cart.basket_of(guest).lines == []
    assert kinds(paid) == ["placed", "not_paid", "paid_late"]


def test_a_late_payment_leaves_what_was_added_meanwhile_in_the_basket(guest, expired, emma):
    fill(guest, emma)

    pay(expired.number)

    assert [line.quantity for line in cart.basket_of(guest).lines] == [1]


def test_a_late_payment_for_copies_that_are_gone_goes_back_and_staff_are_told(expired, emma):
    rival = cart.Shopper(token="7d1f54bb-4a17-4d55-9a0e-0f0e6d0f5a11")
    fill(rival, emma, quantity=2)
    place(rival)

    late = pay(expired.number)

    refund = Refund.objects.get()
    assert late.is_payment_failed
    assert (refund.amount, refund.reason) == (expired.total, Refund.Reason.LATE)
    assert OutboxMessage.objects.filter(
        to="hello@octavo.example", subject=f"Order {late.number}: £22.95 goes back by itself"
    ).exists()


def test_a_second_payment_goes_back(order):
    pay(order.number)
    second_attempt(order)

    pay(order.number)

    refund = Refund.objects.get()
    assert (refund.amount, refund.reason) == (order.total, Refund.Reason.TWICE)
    assert Order.objects.get().is_confirmed


def test_a_payment_for_a_cancelled_order_goes_back(order):
    cancelling.cancel_order(number=order.number, who="a test", now=timezone.now())

    cancelled = pay(order.number)

    assert cancelled.is_cancelled
    assert Refund.objects.get().reason == Refund.Reason.CANCELLED


@pytest.mark.parametrize("said", [{"paid": Decimal("22.94")}, {"currency": "USD"}])
def test_another_sum_than_was_asked_for_goes_back_and_the_order_is_given_up(order, emma, said):
    payments.settle(word_about(order.payments.get(), State.DONE, **said), now=timezone.now())

    emma.refresh_from_db()
    assert Order.objects.get().is_payment_failed
    assert Refund.objects.get().reason == Refund.Reason.WRONG_SUM
    assert emma.stock == 3


def test_that_it_failed_after_it_was_paid_changes_nothing(order):
    pay(order.number)

    heard = decline(order.number)

    assert heard.is_confirmed
    assert Payment.objects.get().is_paid


def test_that_it_was_paid_after_it_failed_is_a_late_payment(order):
    decline(order.number)

    assert pay(order.number).is_confirmed


def test_that_it_is_still_open_changes_nothing(order):
    heard = hear(order.number, State.OPEN)

    assert heard.is_pending
    assert Payment.objects.get().is_open


def test_a_word_about_something_unknown_is_said_to_be_unknown(order):
    key = "00000000-0000-4000-8000-000000000000"

    assert not payments.settle(PaymentWord(key, "x", State.DONE), now=timezone.now())
    assert not payments.settle(RefundWord(key, "x", State.DONE), now=timezone.now())


def test_an_expired_orders_attempt_is_ended_at_the_provider(expired):
    ended = payments.close_left_open(now=timezone.now())
    again = payments.close_left_open(now=timezone.now())

    assert (ended, again) == (1, 0)
    assert Payment.objects.get().status == Payment.Status.CLOSED


def test_an_order_that_waits_keeps_its_attempt(order):
    assert payments.close_left_open(now=timezone.now()) == 0
    assert Payment.objects.get().is_open


def test_beginning_to_pay_twice_is_one_attempt(order):
    first = payments.begin(number=order.number, now=timezone.now())
    second = payments.begin(number=order.number, now=timezone.now())

    assert first == second == f"/orders/{order.number}/demo-payment/"
    assert Payment.objects.get().reference


def test_nobody_begins_to_pay_an_order_that_was_given_up(expired):
    with pytest.raises(payments.CannotTakePayment):
        payments.begin(number=expired.number, now=timezone.now())


def test_the_history_names_every_turn(order):
    pay(order.number)
    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    assert kinds(order) == ["placed", "paid", "cancelled", "refund_asked"]
    assert OrderEvent.objects.get(kind="cancelled").who == "sam"


def test_an_attempt_that_the_provider_refuses_to_know_is_ended(expired, monkeypatch):
    def refuse(self, payment, **words):
        raise ProviderRefused("no such mailbox")

    monkeypatch.setattr(DemoProvider, "open", refuse)

    assert payments.close_left_open(now=timezone.now()) == 1
    assert Payment.objects.get().status == Payment.Status.CLOSED


def test_a_provider_that_does_not_answer_is_asked_to_end_it_again(expired, monkeypatch):
    def be_silent(self, payment, **words):
        raise ProviderDown("no answer")

    with monkeypatch.context() as silence:
        silence.setattr(DemoProvider, "close", be_silent)
        assert payments.close_left_open(now=timezone.now()) == 0

    assert payments.close_left_open(now=timezone.now()) == 1
