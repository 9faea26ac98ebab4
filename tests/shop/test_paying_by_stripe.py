"""Orders paid at a fake Stripe: its library, its page, its messages, and what the shop makes of them."""

import http.client
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import Invoice, Order, Payment, Refund, WebhookEvent
from shop.providers.base import ProviderDown
from shop.services import payments, refunds
from tests.factories import BookFactory

from .conftest import fill, order_through_pages, place

WEBHOOK = "/payments/stripe/webhook/"


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3)


@pytest.fixture
def order(fake_stripe, guest, emma) -> Order:
    fill(guest, emma, quantity=2)
    return place(guest)


def begin(order: Order) -> Payment:
    """Go on to the payment page; returns the attempt."""
    payments.begin(number=order.number, now=timezone.now())
    return order.payments.latest("pk")


def told(client: Client, fake, kind: str, about: dict) -> int:
    """Stripe tells the shop something; returns the status of the answer."""
    body, headers = fake.signed_event(kind, about)
    return client.post(WEBHOOK, body, content_type="application/json", headers=headers).status_code


def completed(client: Client, fake, payment: Payment) -> int:
    return told(client, fake, "checkout.session.completed", fake.sessions[payment.reference])


def now_is(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def give_up(order: Order) -> None:
    payments.expire_unpaid_orders(now=order.pay_by + timedelta(seconds=1))


def test_the_message_that_it_is_paid_confirms_the_order(client, fake_stripe, order):
    payment = begin(order)
    fake_stripe.pay(payment.reference)

    status = completed(client, fake_stripe, payment)

    payment.refresh_from_db()
    assert (status, now_is(order)) == (200, Order.Status.CONFIRMED)
    assert payment.paid == order.total
    assert payment.charge == fake_stripe.sessions[payment.reference]["payment_intent"]


def test_coming_back_before_the_message_confirms_the_order_too(client, fake_stripe, order):
    payment = begin(order)
    fake_stripe.pay(payment.reference)

    payments.ask(number=order.number, now=timezone.now())
    before = now_is(order)
    completed(client, fake_stripe, payment)

    assert before == now_is(order) == Order.Status.CONFIRMED
    assert Invoice.objects.count() == OutboxMessage.objects.count() == 1


def test_coming_back_without_having_paid_changes_nothing(fake_stripe, order):
    begin(order)

    payments.ask(number=order.number, now=timezone.now())

    assert now_is(order) == Order.Status.PENDING


def test_the_same_message_twice_is_acted_on_once(client, fake_stripe, order):
    payment = begin(order)
    message = fake_stripe.signed_event(
        "checkout.session.completed", fake_stripe.pay(payment.reference)
    )

    answers = [
        client.post(WEBHOOK, message[0], content_type="application/json", headers=message[1])
        for _time in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert WebhookEvent.objects.count() == Invoice.objects.count() == 1


def test_a_slow_payment_confirms_the_order_when_its_money_comes(client, fake_stripe, order):
    payment = begin(order)
    fake_stripe.pay(payment.reference, slowly=True)
    completed(client, fake_stripe, payment)
    meanwhile = now_is(order)

    session = fake_stripe.pay(payment.reference)
    told(client, fake_stripe, "checkout.session.async_payment_succeeded", session)

    assert meanwhile == Order.Status.PENDING
    assert now_is(order) == Order.Status.CONFIRMED


def test_money_that_comes_late_still_buys_copies_that_are_there(client, fake_stripe, order, emma):
    payment = begin(order)
    give_up(order)
    fake_stripe.pay(payment.reference)

    completed(client, fake_stripe, payment)

    emma.refresh_from_db()
    assert now_is(order) == Order.Status.CONFIRMED
    assert emma.stock == 1


def test_money_that_comes_too_late_for_the_copies_goes_back(
    client, fake_stripe, order, emma, guest
):
    payment = begin(order)
    give_up(order)
    fill(guest, emma, quantity=1)
    place(guest)
    fake_stripe.pay(payment.reference)

    completed(client, fake_stripe, payment)
    refunds.send(refund_id=Refund.objects.get().pk, now=timezone.now())

    assert now_is(order) == Order.Status.PAYMENT_FAILED
    assert Refund.objects.get().status == Refund.Status.DONE
    counts = fake_stripe.counts()
    assert counts["charged"] == counts["refunded"] == 2295


def test_an_attempt_that_nobody_waits_for_can_not_be_paid_any_more(fake_stripe, order):
    payment = begin(order)
    give_up(order)

    payments.close_left_open(now=timezone.now())

    payment.refresh_from_db()
    assert payment.status == Payment.Status.CLOSED
    assert fake_stripe.sessions[payment.reference]["status"] == "expired"


def test_an_attempt_whose_answer_was_lost_is_closed_as_well(fake_stripe, order):
    fake_stripe.drop_answer_next(2)
    with pytest.raises(ProviderDown):
        begin(order)
    give_up(order)

    payments.close_left_open(now=timezone.now())

    assert [session["status"] for session in fake_stripe.sessions.values()] == ["expired"]


def test_a_refund_that_failed_at_the_bank_is_failed_here(client, fake_stripe, order):
    payment = begin(order)
    fake_stripe.pay(payment.reference)
    completed(client, fake_stripe, payment)
    payment.refresh_from_db()
    refund = refunds.write(
        payment, payment.rest, reason=Refund.Reason.GOODWILL, who="a test", now=timezone.now()
    )
    refunds.send(refund_id=refund.pk, now=timezone.now())
    refund.refresh_from_db()
    about = {**fake_stripe.refunds[refund.reference], "status": "failed"}

    told(client, fake_stripe, "refund.failed", about)

    refund.refresh_from_db()
    payment.refresh_from_db()
    assert refund.status == Refund.Status.FAILED
    assert payment.rest == order.total


def choose(payment: Payment, choice: str) -> str:
    """Press a button of the payment page; returns where it leads."""
    page = urlsplit(payment.url)
    connection = http.client.HTTPConnection(page.netloc)
    connection.request("POST", page.path, f"choice={choice}")
    return connection.getresponse().headers["Location"]


@pytest.mark.django_db(transaction=True)
def test_the_payment_page_tells_the_shop_before_it_sends_the_shopper_back(
    live_server, fake_stripe, order
):
    fake_stripe.webhook_address = live_server.url + WEBHOOK
    payment = begin(order)

    leads_to = choose(payment, "pay")

    assert now_is(order) == Order.Status.CONFIRMED
    assert urlsplit(leads_to).path == f"/orders/{order.number}/paid/"


def test_a_declined_card_leaves_the_order_waiting(fake_stripe, order):
    payment = begin(order)

    leads_to = choose(payment, "decline")
    payments.ask(number=order.number, now=timezone.now())

    assert now_is(order) == Order.Status.PENDING
    assert urlsplit(leads_to).path == f"/orders/{order.number}/paid/"


def test_checking_out_leads_to_the_payment_page(client, fake_stripe, emma):
    order = order_through_pages(client, emma)

    answer = client.post(f"/orders/{order.number}/pay/")

    assert answer.url == order.payments.get().url
    assert fake_stripe.counts()["sessions"] == 1
