"""Messages of a payment provider, as they come over the network."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import Order, Payment, WebhookEvent
from shop.providers.base import Event, State
from shop.providers.demo import DemoProvider
from shop.services import payments
from tests.factories import BookFactory

from .conftest import fill, place

ADDRESS = "/payments/demo/webhook/"


@pytest.fixture
def order(guest, delivery):
    fill(guest, BookFactory())
    return place(guest)


def message(order, state=State.DONE, at=None):
    body, headers = DemoProvider().message(order.payments.get(), state, at or timezone.now())
    return body, headers["Demo-Signature"]


def send(client, body, signature):
    return client.post(
        ADDRESS, body, content_type="application/json", headers={"Demo-Signature": signature}
    )


def test_a_genuine_message_confirms_the_order(client, order):
    answer = send(client, *message(order))

    assert answer.status_code == 200
    assert Order.objects.get().is_confirmed
    assert WebhookEvent.objects.get().outcome == WebhookEvent.Outcome.DONE


def test_a_message_that_comes_again_is_answered_and_acted_on_once(client, order):
    said = message(order)

    answers = [send(client, *said).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert WebhookEvent.objects.count() == 1
    assert Order.objects.get().events.filter(kind="paid").count() == 1


@pytest.mark.parametrize(
    "change", [lambda body: body + b" ", lambda body: b"", lambda body: b"\xff"]
)
def test_a_message_that_was_changed_is_refused(client, order, change):
    body, signature = message(order)

    answer = send(client, change(body), signature)

    assert answer.status_code == 400
    assert Order.objects.get().is_pending
    assert not WebhookEvent.objects.exists()


def test_a_message_without_a_signature_is_refused(client, order):
    assert send(client, message(order)[0], "").status_code == 400


def test_an_old_message_is_refused(client, order):
    said = message(order, at=timezone.now() - timedelta(minutes=6))

    assert send(client, *said).status_code == 400
    assert Order.objects.get().is_pending


def test_a_message_about_something_unknown_is_kept_and_answered(client, order):
    said = message(order)
    Payment.objects.all().delete()

    answer = send(client, *said)

    assert answer.status_code == 200
    assert WebhookEvent.objects.get().outcome == WebhookEvent.Outcome.UNKNOWN


@pytest.mark.django_db
def test_staff_hear_of_money_that_moved_without_the_shop():
    event = Event("evt_1", "charge.dispute.created", {"id": "evt_1"}, for_staff=True)

    for _ in range(2):
        payments.receive(provider="stripe", event=event, now=timezone.now())

    mail = OutboxMessage.objects.get()
    assert (mail.to, mail.thread) == ("hello@octavo.example", "")
    assert "charge.dispute.created" in mail.body


@pytest.mark.django_db
def test_a_provider_that_nobody_knows_has_no_address(client):
    assert client.post("/payments/acme/webhook/").status_code == 404


def test_coming_back_from_the_provider_asks_it_and_trusts_nobody_else(client, order):
    session = client.session
    session["orders"] = [order.number]
    session.save()

    client.get(reverse("shop:order_paid", args=[order.number]), {"paid": "yes"})

    assert Order.objects.get().is_pending
