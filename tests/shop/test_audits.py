import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Book, StockMovement
from shop.fulfilment import FIRST_OF
from shop.models import Order, OrderItem, Payment, Refund, RefundRequest
from shop.providers.base import RefundWord, State
from shop.services import cancelling, fulfilling, payments, refund_requests, refunds
from tests.audits import findings, found_by, without_triggers
from tests.factories import BookFactory, UserFactory

from .conftest import decline, fill, pay, place, word_about

SUMS, COPIES = "An order comes to", "An order has the copies"
REFUNDED, KEPT = "What was refunded", "Of what was paid"
AGREED = "What staff gave back"


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=9)


@pytest.fixture
def order(guest, emma):
    """Three copies for £30.00 and £2.95 for delivery, paid."""
    fill(guest, emma, quantity=3)
    return pay(place(guest).number)


def refund(order, *, copies, restock, reason=Refund.Reason.RETURNED):
    return refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: copies},
        delivery=Decimal(0),
        restock=restock,
        reason=reason,
        who="a test",
        now=timezone.now(),
    )


def fail(refund) -> None:
    word = RefundWord(refund.key, "", State.FAILED, "card blocked")
    payments.settle(word, now=timezone.now())


def cancel(order) -> None:
    cancelling.cancel_order(number=order.number, who="a test", now=timezone.now())


def test_orders_in_all_their_states_are_right(guest, emma):
    for act in (lambda number: None, pay, decline):
        fill(guest, emma)
        act(place(guest).number)

    assert {order.status for order in Order.objects.all()} == {
        "pending",
        "confirmed",
        "payment_failed",
    }
    assert findings() == []


@pytest.mark.parametrize("restock", [False, True])
@pytest.mark.parametrize("reason", [Refund.Reason.RETURNED, Refund.Reason.WITHDRAWN])
def test_refunds_of_every_kind_are_right(order, restock, reason):
    first = refund(order, copies=1, restock=restock, reason=reason)
    assert findings() == []
    fail(first)
    assert findings() == []
    refunds.send_again(refund_id=first.pk, who="a test", now=timezone.now())
    assert findings() == []
    cancel(order)
    assert findings() == []


def test_a_refund_of_a_cancelled_order_that_failed_is_right(order):
    cancel(order)
    whole = Refund.objects.get()
    fail(whole)
    assert findings() == []

    refunds.send_again(refund_id=whole.pk, who="a test", now=timezone.now())

    assert findings() == []


def test_money_that_comes_twice_or_late_is_right(order, guest, emma):
    payment = Payment.objects.get()
    again = Payment.objects.create(
        order=order,
        provider=payment.provider,
        status="open",
        amount=payment.amount,
        currency=payment.currency,
        opened_at=timezone.now(),
    )
    payments.settle(word_about(again, State.DONE), now=timezone.now())
    assert Refund.objects.get().reason == Refund.Reason.TWICE
    fill(guest, emma)
    late = place(guest)
    decline(late.number)
    assert pay(late.number).is_confirmed

    assert findings() == []
    fail(Refund.objects.get())
    assert findings() == []


@pytest.mark.parametrize("change", [{"quantity": 2}, {"tax": Decimal(1)}, {"discount": Decimal(1)}])
def test_a_line_that_was_changed_is_found(order, change):
    OrderItem.objects.update(**change)
    if "quantity" in change:
        with without_triggers("catalog_stockmovement"):
            StockMovement.objects.filter(order_number=order.number).update(quantity=-2)
        with without_triggers("catalog_book"):
            Book.objects.update(stock=7)

    [finding] = found_by(SUMS)
    assert finding.startswith(f"order {order.pk} ({order.number}): total 32.95; lines ")


def test_an_order_without_lines_is_found(order):
    OrderItem.objects.all().delete()

    assert len(found_by(SUMS)) == 1


def test_copies_that_an_order_never_took_are_found(order, emma):
    item = order.items.get()
    with without_triggers("catalog_stockmovement"):
        StockMovement.objects.filter(order_number=order.number).update(order_number="OTHER")

    assert found_by(COPIES) == [
        f"order line {item.pk} ({order.number}, confirmed), book {emma.pk}: "
        "0 copies in the ledger, should be 3"
    ]


@pytest.mark.parametrize("status", ["payment_failed", "cancelled"])
def test_copies_that_never_came_back_are_found(guest, emma, status):
    fill(guest, emma)
    order = place(guest)
    fulfilling.move(order, to=FIRST_OF[status], who="a test", now=timezone.now())

    [finding] = found_by(COPIES)
    assert finding.endswith(": 1 copies in the ledger, should be 0")


def test_a_refund_that_its_payment_does_not_know_is_found(order):
    refund(order, copies=1, restock=False)
    payment = order.payments.get()
    with without_triggers("shop_refund"):
        Refund.objects.create(
            payment=payment,
            amount=Decimal(1),
            key=uuid.uuid4(),
            reason=Refund.Reason.LATE,
            asked_at=timezone.now(),
            who="a test",
        )

    assert found_by(REFUNDED) == [
        f"payment {payment.pk} of order {order.number}: refunded 10.00, its refunds 11.00"
    ]


def test_an_order_that_is_confirmed_without_its_money_is_found(guest, emma):
    fill(guest, emma)
    order = place(guest)
    fulfilling.move(order, to=Order.Fulfilment.PAID, who="a test", now=timezone.now())

    assert found_by(KEPT) == [
        f"order {order.pk} ({order.number}, confirmed): kept 0, earned 12.95, refunds that failed 0"
    ]


def test_money_that_the_shop_kept_of_an_order_it_gave_up_is_found(guest, emma):
    fill(guest, emma)
    order = place(guest)
    decline(order.number)
    order.payments.get().mark_paid(order.total, "charge", timezone.now())

    [finding] = found_by(KEPT)
    assert finding.endswith("payment_failed): kept 12.95, earned 0, refunds that failed 0")


def ask(order, settings, *, limit):
    settings.REFUND_ALONE_UP_TO = Decimal(limit)
    return refund_requests.ask(
        number=order.number,
        quantities={order.items.get().pk: 1},
        delivery=Decimal(0),
        goodwill=Decimal(0),
        restock=True,
        reason=Refund.Reason.RETURNED,
        words="",
        key=uuid.uuid4(),
        by=UserFactory(is_staff=True),
        now=timezone.now(),
    )


def test_requests_for_refunds_in_all_their_states_are_right(order, settings):
    boss, now = UserFactory(is_staff=True), timezone.now()
    ask(order, settings, limit=50)
    approved, declined, _waiting = [ask(order, settings, limit=0) for _ in range(3)]
    refund_requests.approve(request_id=approved.pk, by=boss, now=now)
    refund_requests.decline(request_id=declined.pk, words="No.", by=boss, now=now)

    assert RefundRequest.objects.order_by().values("status").distinct().count() == 4
    assert findings() == []


def test_a_refund_that_nobody_agreed_to_and_one_that_never_came_are_found(order, settings):
    done, waiting = ask(order, settings, limit=50), ask(order, settings, limit=0)
    RefundRequest.objects.filter(pk=done.pk).update(status="waiting")
    RefundRequest.objects.filter(pk=waiting.pk).update(status="alone")

    assert found_by(AGREED) == [
        f"request {done.pk} for order {order.number} (waiting): asked for 10.00, its refund 10.00",
        f"request {waiting.pk} for order {order.number} (alone): asked for 10.00, its refund 0",
    ]
