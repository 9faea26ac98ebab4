"""The provider, through Stripe's own library, against a fake Stripe on the loopback."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from shop.models import Order, Payment, Refund, WebhookEvent
from shop.providers.base import (
    NotGenuine,
    PaymentWord,
    ProviderDown,
    ProviderRefused,
    RefundWord,
    State,
)
from shop.providers.stripe import KEPT, StripeProvider
from tests.fake_stripe import FakeStripe

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
BACK = "https://shop.example/orders/K7MWXQ2P/paid/"
# The library tries twice by itself, so this is what it gives up at.
EACH_TIME = 2


@pytest.fixture
def provider(fake_stripe) -> StripeProvider:
    return StripeProvider(timeout=(1, 2))


def payment_of(amount: str = "12.95", currency: str = "GBP") -> Payment:
    order = Order(number="K7MWXQ2P", email="nadia@example.org")
    return Payment(order=order, provider="stripe", amount=Decimal(amount), currency=currency)


def opened(provider: StripeProvider, *about: str) -> Payment:
    payment = payment_of(*about)
    payment.reference = provider.open(payment, return_url=BACK).reference
    return payment


def paid(provider: StripeProvider, fake: FakeStripe) -> Payment:
    payment = opened(provider)
    fake.pay(payment.reference)
    payment.charge = provider.ask(payment).charge
    return payment


def refund_of(payment: Payment, amount: str = "5.00", **about: Any) -> Refund:
    return Refund(payment=payment, amount=Decimal(amount), **{"attempts": 1, **about})


# Opening.


def test_an_attempt_is_opened_with_the_sum_the_order_and_the_address(provider, fake_stripe):
    payment = payment_of()

    attempt = provider.open(payment, return_url=BACK)

    session = fake_stripe.sessions[attempt.reference]
    assert attempt.url == f"{fake_stripe.url}/pay/{attempt.reference}"
    assert (session["amount_total"], session["currency"]) == (1295, "gbp")
    assert session["title"] == "Order K7MWXQ2P"
    assert session["customer_email"] == "nadia@example.org"
    assert session["client_reference_id"] == str(payment.key)
    assert session["metadata"] == {"key": str(payment.key), "order": "K7MWXQ2P"}
    assert session["payment_intent_metadata"] == session["metadata"]
    assert session["success_url"] == session["cancel_url"] == BACK


def test_the_same_attempt_opened_again_is_the_same_session(provider, fake_stripe):
    payment = payment_of()

    first = provider.open(payment, return_url=BACK)
    again = provider.open(payment, return_url=BACK)

    assert again == first
    assert fake_stripe.counts()["sessions"] == 1


@pytest.mark.parametrize(
    ("currency", "amount", "units"),
    [
        ("GBP", "12.95", 1295),
        ("JPY", "500.00", 500),
        ("ISK", "500.00", 50_000),
        ("RSD", "1000.00", 100_000),
    ],
)
def test_sums_are_in_the_minor_units_of_stripe_both_ways(
    provider, fake_stripe, currency, amount, units
):
    payment = opened(provider, amount, currency)

    session = fake_stripe.pay(payment.reference)
    word = provider.ask(payment)

    assert session["amount_total"] == units
    assert (word.paid, word.currency) == (Decimal(amount), currency)


# Trouble.


@pytest.mark.parametrize("status", [409, 500, 503])
def test_one_error_of_stripes_own_is_got_over(provider, fake_stripe, status):
    fake_stripe.fail_next(status=status)

    provider.open(payment_of(), return_url=BACK)

    assert fake_stripe.counts()["sessions"] == 1


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_errors_that_go_on_mean_that_stripe_is_down(provider, fake_stripe, status):
    fake_stripe.fail_next(EACH_TIME, status=status)

    with pytest.raises(ProviderDown, match=f"Stripe .* {status}"):
        provider.open(payment_of(), return_url=BACK)


def test_an_attempt_whose_answer_was_lost_is_found_again(provider, fake_stripe):
    payment = payment_of()
    fake_stripe.drop_answer_next(EACH_TIME)
    with pytest.raises(ProviderDown):
        provider.open(payment, return_url=BACK)

    attempt = provider.open(payment, return_url=BACK)

    assert list(fake_stripe.sessions) == [attempt.reference]


def test_a_stripe_that_does_not_answer_in_time_is_down(fake_stripe):
    fake_stripe.hang_next(5, times=EACH_TIME)

    with pytest.raises(ProviderDown):
        StripeProvider(timeout=(1, 0.1)).open(payment_of(), return_url=BACK)


def test_a_stripe_that_nobody_is_at_is_down(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_fake"
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"

    with pytest.raises(ProviderDown):
        StripeProvider().ask(Payment(reference="cs_test_1"))


def test_a_wrong_key_refuses_nothing_and_is_not_told(settings, fake_stripe):
    settings.STRIPE_SECRET_KEY = "sk_test_of_somebody_else"

    with pytest.raises(ProviderDown, match="AuthenticationError") as trouble:
        StripeProvider().open(payment_of(), return_url=BACK)

    assert settings.STRIPE_SECRET_KEY not in str(trouble.value)


def test_a_known_key_with_another_sum_is_refused(provider, fake_stripe):
    payment = opened(provider)
    payment.amount = Decimal("1.00")

    with pytest.raises(ProviderRefused, match="same parameters"):
        provider.open(payment, return_url=BACK)


def test_an_attempt_that_stripe_does_not_know_is_refused(provider):
    with pytest.raises(ProviderRefused, match="No such"):
        provider.close(Payment(reference="cs_test_of_somebody_else"))


# Asking and closing.


def test_an_open_attempt_is_open(provider):
    payment = opened(provider)

    word = provider.ask(payment)

    assert word == PaymentWord(payment.key, payment.reference, State.OPEN)


def test_a_paid_attempt_tells_the_sum_and_the_charge(provider, fake_stripe):
    payment = opened(provider)
    session = fake_stripe.pay(payment.reference)

    word = provider.ask(payment)

    assert word == PaymentWord(
        payment.key,
        payment.reference,
        State.DONE,
        Decimal("12.95"),
        "GBP",
        session["payment_intent"],
    )


def test_an_attempt_whose_money_is_on_its_way_is_open(provider, fake_stripe):
    payment = opened(provider)
    fake_stripe.pay(payment.reference, slowly=True)

    assert provider.ask(payment).state is State.OPEN
    assert provider.close(payment).state is State.OPEN


def test_an_attempt_whose_money_does_not_come_has_failed(provider, fake_stripe):
    payment = opened(provider)
    fake_stripe.pay(payment.reference, slowly=True)
    fake_stripe.bounce(payment.reference)

    assert provider.ask(payment).state is State.FAILED
    assert provider.close(payment).state is State.FAILED


def test_an_expired_attempt_has_failed(provider, fake_stripe):
    payment = opened(provider)
    fake_stripe.expire(payment.reference)

    assert provider.ask(payment).state is State.FAILED
    assert provider.close(payment).state is State.FAILED


def test_closing_an_open_attempt_ends_it(provider, fake_stripe):
    payment = opened(provider)

    word = provider.close(payment)

    assert word == PaymentWord(payment.key, payment.reference, State.FAILED)
    assert fake_stripe.sessions[payment.reference]["status"] == "expired"


def test_closing_an_attempt_that_was_paid_meanwhile_says_so(provider, fake_stripe):
    payment = opened(provider)
    fake_stripe.pay(payment.reference)

    word = provider.close(payment)

    assert (word.state, word.paid) == (State.DONE, Decimal("12.95"))


def test_another_process_steers_the_fake_by_its_address(provider, fake_stripe):
    payment = opened(provider)

    for told in ("fail?times=2", f"sessions/{payment.reference}/pay", "counts"):
        with urllib.request.urlopen(f"{fake_stripe.url}/test/{told}", b"") as answer:
            counts = json.load(answer)

    assert counts == {"sessions": 1, "refunds": 0, "charged": 1295, "refunded": 0}
    with pytest.raises(ProviderDown):
        provider.ask(payment)


# Refunding.


def test_parts_of_a_payment_are_refunded(provider, fake_stripe):
    payment = paid(provider, fake_stripe)
    books, delivery = refund_of(payment, "10.00"), refund_of(payment, "2.95")

    words = [provider.refund(books), provider.refund(delivery)]

    assert [word.key for word in words] == [books.key, delivery.key]
    assert {word.state for word in words} == {State.DONE}
    assert {word.reference for word in words} == set(fake_stripe.refunds)
    assert fake_stripe.counts()["refunded"] == 1295


def test_more_than_was_paid_is_refused(provider, fake_stripe):
    payment = paid(provider, fake_stripe)

    with pytest.raises(ProviderRefused, match="greater than"):
        provider.refund(refund_of(payment, "12.96"))

    assert fake_stripe.counts()["refunds"] == 0


def test_a_refund_whose_answer_was_lost_is_found_again(provider, fake_stripe):
    refund = refund_of(paid(provider, fake_stripe))
    fake_stripe.drop_answer_next(EACH_TIME)
    with pytest.raises(ProviderDown):
        provider.refund(refund)

    word = provider.refund(refund)

    assert list(fake_stripe.refunds) == [word.reference]


def test_a_refund_is_found_again_when_stripe_has_forgotten_its_key(provider, fake_stripe):
    payment = paid(provider, fake_stripe)
    provider.refund(refund_of(payment, "1.00"))
    refund = refund_of(payment)
    first = provider.refund(refund)
    fake_stripe.forget_keys()
    refund.attempts = 2

    again = provider.refund(refund)

    assert again == first
    assert fake_stripe.counts()["refunds"] == 2


def test_a_refund_that_never_got_through_is_made_at_the_second_try(provider, fake_stripe):
    refund = refund_of(paid(provider, fake_stripe), attempts=2)

    word = provider.refund(refund)

    assert word.state is State.DONE
    assert fake_stripe.counts()["refunds"] == 1


def test_a_refund_that_stripe_works_on_is_only_asked_after(provider, fake_stripe):
    fake_stripe.refund_status = "pending"
    refund = refund_of(paid(provider, fake_stripe))
    refund.reference = provider.refund(refund).reference
    fake_stripe.refunds[refund.reference]["status"] = "succeeded"
    fake_stripe.forget_keys()

    word = provider.refund(refund)

    assert word.state is State.DONE
    assert fake_stripe.counts()["refunds"] == 1


@pytest.mark.parametrize(
    ("status", "state", "problem"),
    [
        ("pending", State.OPEN, ""),
        ("requires_action", State.OPEN, ""),
        ("succeeded", State.DONE, ""),
        ("failed", State.FAILED, "failed"),
        ("canceled", State.FAILED, "canceled"),
    ],
)
def test_a_refund_stands_as_stripe_says(provider, fake_stripe, status, state, problem):
    refund = refund_of(paid(provider, fake_stripe))
    fake_stripe.refund_status = status

    word = provider.refund(refund)

    assert (word.state, word.problem) == (state, problem)


# Messages.


def message(fake: FakeStripe, kind: str, about: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    return fake.signed_event(kind, about, at=NOW)


@pytest.mark.parametrize(
    ("kind", "status", "payment_status", "state"),
    [
        ("checkout.session.completed", "complete", "paid", State.DONE),
        ("checkout.session.completed", "complete", "unpaid", State.OPEN),
        ("checkout.session.async_payment_succeeded", "complete", "paid", State.DONE),
        ("checkout.session.async_payment_failed", "complete", "unpaid", State.FAILED),
        ("checkout.session.expired", "expired", "unpaid", State.FAILED),
    ],
)
def test_a_message_says_how_an_attempt_stands(
    provider, fake_stripe, kind, status, payment_status, state
):
    payment = opened(provider)
    session = {
        **fake_stripe.sessions[payment.reference],
        "status": status,
        "payment_status": payment_status,
    }

    event = provider.read_event(*message(fake_stripe, kind, session), NOW)

    assert isinstance(event.word, PaymentWord)
    assert (event.kind, event.word.key, event.word.state) == (kind, payment.key, state)
    assert event.word.paid == (payment.amount if state is State.DONE else 0)


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        ("refund.created", "pending", State.OPEN),
        ("refund.updated", "succeeded", State.DONE),
        ("refund.failed", "failed", State.FAILED),
        ("charge.refund.updated", "succeeded", State.DONE),
    ],
)
def test_a_message_says_how_a_refund_stands(provider, fake_stripe, kind, status, state):
    refund = Refund()
    about = {
        "id": "re_1",
        "status": status,
        "metadata": {"key": str(refund.key)},
        "failure_reason": "lost_or_stolen_card" if status == "failed" else None,
    }

    event = provider.read_event(*message(fake_stripe, kind, about), NOW)

    problem = "lost_or_stolen_card" if status == "failed" else ""
    assert event.word == RefundWord(refund.key, "re_1", state, problem)


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("checkout.session.completed", {"id": "cs_1", "client_reference_id": None}),
        ("checkout.session.completed", {"id": "cs_1", "client_reference_id": "till 4"}),
        ("refund.updated", {"id": "re_1", "metadata": {}}),
        ("refund.updated", {"id": "re_1", "metadata": None}),
        ("payment_intent.succeeded", {"id": "pi_1"}),
        ("customer.created", {"id": "cus_1"}),
    ],
)
def test_a_message_about_something_else_says_nothing_to_the_shop(
    provider, fake_stripe, kind, about
):
    event = provider.read_event(*message(fake_stripe, kind, about), NOW)

    assert (event.kind, event.word) == (kind, None)


def test_the_same_message_is_the_same_event(provider, fake_stripe):
    payment = opened(provider)
    twice = message(fake_stripe, "checkout.session.completed", fake_stripe.pay(payment.reference))

    first, again = (provider.read_event(*twice, NOW) for _time in range(2))

    assert again == first
    assert first.id.startswith("evt_")


def test_a_message_is_kept_as_it_came(provider, fake_stripe):
    about = {"id": "ch_1", "metadata": {"order": "K7MWXQ2P"}, "refunds": [{"amount": 5}, None]}
    body, headers = message(fake_stripe, "charge.updated", about)

    event = provider.read_event(body, headers, NOW)

    assert json.dumps(event.body).encode() == body


def test_a_message_may_be_five_minutes_old(provider, fake_stripe):
    signed = message(fake_stripe, "customer.created", {"id": "cus_1"})

    event = provider.read_event(*signed, NOW + timedelta(minutes=5))

    assert event.kind == "customer.created"


def test_an_older_message_is_not_taken(provider, fake_stripe):
    signed = message(fake_stripe, "customer.created", {"id": "cus_1"})

    with pytest.raises(NotGenuine):
        provider.read_event(*signed, NOW + timedelta(minutes=5, seconds=1))


@pytest.mark.parametrize("place", ["{};t={}", "{},t={}", "t={1},{0}"])
def test_an_old_message_with_a_new_time_added_is_not_taken(provider, fake_stripe, place):
    later = NOW + timedelta(hours=1)
    body, headers = message(fake_stripe, "customer.created", {"id": "cus_1"})
    fresh = place.format(headers["Stripe-Signature"], int(later.timestamp()))

    with pytest.raises(NotGenuine):
        provider.read_event(body, {"Stripe-Signature": fresh}, later)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "garbage"},
        {"Stripe-Signature": "t=soon,v1=abc"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())},v1={'0' * 64}"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())},v1=é"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())}"},
    ],
)
def test_a_message_without_the_right_signature_is_not_genuine(provider, fake_stripe, headers):
    body, _right = message(fake_stripe, "customer.created", {"id": "cus_1"})

    with pytest.raises(NotGenuine):
        provider.read_event(body, headers, NOW)


def test_a_message_that_was_changed_is_not_genuine(provider, fake_stripe):
    body, headers = message(fake_stripe, "customer.created", {"id": "cus_1"})

    with pytest.raises(NotGenuine):
        provider.read_event(body.replace(b"cus_1", b"cus_2"), headers, NOW)


def test_a_message_signed_with_another_secret_is_not_genuine(settings, provider, fake_stripe):
    signed = message(fake_stripe, "customer.created", {"id": "cus_1"})
    settings.STRIPE_WEBHOOK_SECRET = "whsec_another"

    with pytest.raises(NotGenuine):
        provider.read_event(*signed, NOW)


def test_nothing_is_genuine_without_a_secret(settings, provider, fake_stripe):
    fake_stripe.webhook_secret = settings.STRIPE_WEBHOOK_SECRET = ""
    signed = message(fake_stripe, "customer.created", {"id": "cus_1"})

    with pytest.raises(NotGenuine):
        provider.read_event(*signed, NOW)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_not_genuine(provider, fake_stripe, body):
    signature = fake_stripe.signature(body, int(NOW.timestamp()))

    with pytest.raises(NotGenuine):
        provider.read_event(body, {"Stripe-Signature": signature}, NOW)


def test_who_paid_and_by_what_card_is_not_kept(provider, fake_stripe):
    person = {"email": "nadia@example.org", "name": "Nadia Rahman", "address": {"line1": "1 St"}}
    said = {"id": "ch_1", "amount": 1295, "billing_details": person, "receipt_email": "n@x.example"}
    said |= {"description": "for Nadia", "ip_address": "203.0.113.7", "a_field_to_come": "Nadia"}
    card = {"last4": "4242", "fingerprint": "Xt5EWLLDS7FJjR1c"}
    said |= {"refunds": [{"amount": 95, "source": card}], "payment_intent": {"id": "pi_1", **card}}
    body, headers = message(fake_stripe, "charge.dispute.created", said)

    event = provider.read_event(body, headers, NOW)

    kept = {"id": "ch_1", "amount": 1295, "refunds": [{"amount": 95}]}
    kept["payment_intent"] = {"id": "pi_1"}
    assert event.body["data"]["object"] == kept
    assert event.body["id"] == event.id


@pytest.mark.django_db
def test_messages_that_were_kept_before_lose_the_person_too(monkeypatch):
    migration = import_module("shop.migrations.0021_messages_without_people")
    monkeypatch.setattr(migration, "AT_A_TIME", 2)
    said = {"data": {"object": {"id": "cs_1", "customer_details": {"email": "n@x.example"}}}}
    known = {"provider": "stripe", "kind": "k", "outcome": "done", "received_at": NOW}
    for number in range(5):
        WebhookEvent.objects.create(event_id=f"evt_{number}", body=said, **known)

    migration.strip(apps, None)

    bodies = WebhookEvent.objects.values_list("body", flat=True)
    assert list(bodies) == [{"data": {"object": {"id": "cs_1"}}}] * 5
    assert migration.KEPT == KEPT
