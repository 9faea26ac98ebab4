"""Those whom the shop relies on are down: Stripe, the mail server, the worker itself."""

import signal
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts import sending
from accounts.models import OutboxMessage
from shop import providers, tasks
from shop.models import Invoice, Order, Payment, Refund
from shop.providers.stripe import StripeProvider
from shop.services import cancelling, payments, refunds
from tests.conftest import tasks_run_by
from tests.factories import BookFactory
from tests.fake_stripe import FakeStripe
from tests.processes import empty_queue, wait_for, worker

from .conftest import fill, order_through_pages, pay, payment_form, place

SILENT = "The payment service does not answer at the moment. Nothing has been charged"
NOT_HEARD = "We have not heard from the payment service yet."
# The library tries each call twice, and Stripe does in the end what it was asked too slowly.
TRIES, SECONDS = 2, 0.9


@pytest.fixture
def impatient(monkeypatch) -> None:
    """The shop waits for Stripe for less than half a second."""
    quick = partial(StripeProvider, timeout=(1.0, 0.4))
    monkeypatch.setitem(providers.PROVIDERS, "stripe", quick)


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3)


@pytest.fixture
def ordered(client, fake_stripe, impatient, emma) -> Order:
    """An order whose shopper has been sent to Stripe."""
    return order_through_pages(client, emma)


@pytest.fixture
def paid(client, fake_stripe, ordered) -> Order:
    fake_stripe.pay(ordered.payments.get().reference)
    client.get(f"/orders/{ordered.number}/paid/")
    return ordered


def fail(fake: FakeStripe) -> None:
    fake.fail_next(TRIES)


def time_out(fake: FakeStripe) -> None:
    fake.hang_next(SECONDS, times=TRIES)


def counts_at_last(fake: FakeStripe) -> dict[str, int]:
    """What Stripe has done once it has done all that it was asked for."""
    assert wait_for(lambda: not fake.hanging, 10)
    return fake.counts()


@pytest.mark.slow
def test_an_order_is_kept_while_stripe_is_silent_and_paid_at_one_page(
    client, fake_stripe, impatient, emma
):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})
    form = payment_form(client)

    fail(fake_stripe)
    pages = [client.post("/checkout/payment/", form, follow=True)]
    order = Order.objects.get()
    time_out(fake_stripe)
    pages.append(client.post(f"/orders/{order.number}/pay/", follow=True))
    answered = client.post(f"/orders/{order.number}/pay/")

    for page in pages:
        assert SILENT in page.text
        assert "Your order waits for its payment" in page.text
        assert f"Pay {order.total_text}" in page.text
    emma.refresh_from_db()
    assert emma.stock == 2
    assert counts_at_last(fake_stripe)["sessions"] == 1
    assert answered.url == order.payments.get().url


@pytest.mark.slow
def test_the_page_after_paying_says_that_stripe_has_not_been_heard(client, fake_stripe, ordered):
    fake_stripe.pay(ordered.payments.get().reference)

    pages = []
    for trouble in (fail, time_out):
        trouble(fake_stripe)
        pages.append(client.get(f"/orders/{ordered.number}/paid/", follow=True))
    heard = client.get(f"/orders/{ordered.number}/paid/", follow=True)

    for page in pages:
        assert NOT_HEARD in page.text
        assert "please do not pay twice" in page.text
        assert "Your order waits for its payment" in page.text
    assert "Thank you, your order is paid" in heard.text
    assert counts_at_last(fake_stripe)["charged"] == 1295
    assert Payment.objects.count() == Invoice.objects.count() == OutboxMessage.objects.count() == 1


def close(order: Order) -> int:
    return payments.close_left_open(now=order.pay_by + timedelta(minutes=1))


@pytest.fixture
def given_up(ordered) -> Order:
    payments.expire_unpaid_orders(now=ordered.pay_by + timedelta(seconds=1))
    return ordered


@pytest.mark.slow
def test_an_attempt_is_ended_once_stripe_answers_again(client, fake_stripe, given_up):
    ended = []
    for trouble in (fail, time_out, counts_at_last):
        trouble(fake_stripe)
        ended.append(close(given_up))

    assert ended == [0, 0, 1]
    assert [session["status"] for session in fake_stripe.sessions.values()] == ["expired"]
    assert Payment.objects.get().status == Payment.Status.CLOSED
    assert "Nothing was charged" in client.get(f"/orders/{given_up.number}/").text


def test_what_was_paid_while_stripe_was_silent_still_buys_the_copies(fake_stripe, given_up, emma):
    fail(fake_stripe)
    close(given_up)
    fake_stripe.pay(Payment.objects.get().reference)

    close(given_up)

    emma.refresh_from_db()
    assert Order.objects.get().is_confirmed
    assert (emma.stock, fake_stripe.counts()["charged"]) == (2, 1295)


def send_refunds(now: datetime) -> None:
    for refund_id in refunds.due(now=now):
        refunds.send(refund_id=refund_id, now=now)


@pytest.mark.slow
def test_money_goes_back_once_when_stripe_fails_and_then_times_out(client, fake_stripe, paid):
    client.post(f"/orders/{paid.number}/cancel/")
    now = timezone.now()

    fail(fake_stripe)
    send_refunds(now)
    # It looks whether the refund is known, and is answered; then it asks for it.
    fake_stripe.hang_next(0)
    time_out(fake_stripe)
    send_refunds(now + timedelta(minutes=2))
    meanwhile = client.get(f"/orders/{paid.number}/").text
    counts_at_last(fake_stripe)
    fake_stripe.forget_keys()
    send_refunds(now + timedelta(minutes=10))

    assert "On its way to you" in meanwhile
    assert "Refunded the way you paid" in client.get(f"/orders/{paid.number}/").text
    counts = fake_stripe.counts()
    assert (counts["refunds"], counts["refunded"]) == (1, 1295)
    assert mails_about(paid).count() == 3


def mails_about(order: Order) -> Any:
    return OutboxMessage.objects.filter(thread=order.number)


@pytest.fixture
def real_queue(transactional_db, settings) -> Iterator[None]:
    settings.TASKS = tasks_run_by("bookstore.tasks.ProcrastinateBackend")
    empty_queue()
    yield
    empty_queue()


@pytest.mark.slow
@pytest.mark.parametrize("has_done_it", [True, False])
def test_a_refund_whose_worker_is_killed_is_made_once(real_queue, fake_stripe, paid, has_done_it):
    cancelling.cancel_order(number=paid.number, who="a test", now=timezone.now())
    fake_stripe.hang_next(60 if not has_done_it else 3)
    tasks.send_refunds.enqueue()

    with worker(**at(fake_stripe)) as doomed:
        assert wait_for(lambda: fake_stripe.hanging, 40)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait()
    if has_done_it:
        assert counts_at_last(fake_stripe)["refunds"] == 1
    [claimed] = Refund.objects.all()
    send_refunds(claimed.next_try_at - timedelta(seconds=1))
    untouched = Refund.objects.get().attempts
    send_refunds(claimed.next_try_at + timedelta(seconds=1))

    assert (claimed.attempts, untouched) == (1, 1)
    assert Refund.objects.get().status == Refund.Status.DONE
    fake_stripe.closing.set()
    assert counts_at_last(fake_stripe)["refunds"] == 1


def at(fake: FakeStripe) -> dict[str, str]:
    """Settings of a process that takes the fake for Stripe."""
    return {
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_SECRET_KEY": fake.secret_key,
        "STRIPE_WEBHOOK_SECRET": fake.webhook_secret,
        "STRIPE_API_BASE": fake.url,
    }


@pytest.fixture
def bring_mail_back(settings) -> Callable[[], None]:
    """Nothing listens where the mail server should; returns what brings it back."""
    working = settings.MAILERS
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    options = {"host": "127.0.0.1", "port": port}
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": options}}

    def bring_back() -> None:
        settings.MAILERS = working

    return bring_back


def sweep(now: datetime, *, minutes: int) -> datetime:
    """The worker's sweeps of so many minutes; returns when they are over."""
    for _minute in range(minutes):
        for message_id in sending.due(now=now):
            sending.deliver(message_id=message_id, now=now)
        now += timedelta(minutes=1)
    return now


def test_mails_of_an_order_outlast_an_hour_without_a_mail_server(bring_mail_back, guest, emma):
    began = timezone.now()
    fill(guest, emma)
    order = pay(place(guest).number, now=began)
    now = sweep(began, minutes=20)
    cancelling.cancel_order(number=order.number, who="a test", now=now)
    send_refunds(now)
    now = sweep(now, minutes=40)
    written = list(mails_about(order).order_by("pk").values_list("subject", flat=True))
    nothing_left = list(mail.outbox)

    bring_mail_back()
    sweep(now, minutes=60)

    assert nothing_left == []
    assert [sent.subject for sent in mail.outbox] == written
    assert len(written) == 3
    assert not mails_about(order).filter(sent_at=None).exists()


def test_a_mail_leaves_within_the_pause_that_an_hour_has_come_to(bring_mail_back, guest, emma):
    began = timezone.now()
    fill(guest, emma)
    pay(place(guest).number, now=began)
    now = sweep(began, minutes=60)

    bring_mail_back()
    sweep(now, minutes=60)

    assert OutboxMessage.objects.get().sent_at - now <= timedelta(minutes=32)
