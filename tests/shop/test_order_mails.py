"""The page of an order lists its mails, and staff send one again from there."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import erasing, resending, sending
from accounts.models import OutboxMessage
from accounts.person import Person
from shop.models import NOBODY, Order
from shop.services import order_mails, posting
from tests.factories import BookFactory
from tests.staff_scene import member_of
from tests.threads import at_once

from .conftest import fill, pay, place


@pytest.fixture
def order(guest, delivery) -> Order:
    fill(guest, BookFactory(title="Emma"))
    return pay(place(guest).number)


@pytest.fixture
def mail(order) -> OutboxMessage:
    """Its confirmation, which has been sent."""
    mail = OutboxMessage.objects.get(thread=order.number)
    assert sending.deliver(message_id=mail.message_id, now=timezone.now())
    mail.refresh_from_db()
    return mail


def again(order: Order, mail: OutboxMessage) -> str:
    return f"/admin/shop/order/{order.pk}/mails/{mail.pk}/again/"


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/admin/shop/order/{order.pk}/change/").text


def test_the_page_of_an_order_lists_its_mails(staff_client, order, mail):
    page = page_of(staff_client, order)

    assert mail.subject in page
    assert f"<td>{order.email}</td>" in page
    assert again(order, mail) in page
    assert "Sent, " in page


def test_fulfilment_sends_a_mail_of_an_order_again_from_its_page(order, mail):
    client = member_of("Fulfilment")
    assert again(order, mail) in page_of(client, order)
    assert f"/admin/accounts/outboxmessage/{mail.pk}/" not in page_of(client, order)
    assert "It goes to the same address once more" in client.get(again(order, mail)).text

    page = client.post(again(order, mail), {"key": uuid.uuid4()}, follow=True)

    repeat = OutboxMessage.objects.get(is_repeat=True)
    assert "is on its way again" in page.text
    assert (repeat.to, repeat.thread) == (order.email, order.number)
    assert "Waiting, once more" in page.text


@pytest.mark.parametrize("group", ["Auditor", "Bookseller"])
def test_who_posts_no_orders_sends_no_mails_of_them(group, order, mail):
    client = member_of(group)

    assert again(order, mail) not in page_of(client, order)
    assert client.get(again(order, mail)).status_code == 403
    assert client.post(again(order, mail), {"key": uuid.uuid4()}).status_code == 403
    assert not OutboxMessage.objects.filter(is_repeat=True).exists()


def test_a_mail_of_something_else_is_not_sent_from_an_order(staff_client, order, mail):
    OutboxMessage.objects.filter(pk=mail.pk).update(thread="review-1")

    assert staff_client.post(again(order, mail), {"key": uuid.uuid4()}).status_code == 404
    with pytest.raises(resending.IsGone):
        order_mails.send_again(
            number=order.number, mail_id=mail.pk, key=uuid.uuid4(), now=timezone.now()
        )


def test_a_mail_of_an_order_without_its_person_is_not_sent_again(staff_client, order, mail):
    """Its mails are deleted with the person; this one was left by mistake."""
    Order.objects.filter(pk=order.pk).update(**NOBODY, erased_at=timezone.now())

    assert again(order, mail) not in page_of(staff_client, order)
    page = staff_client.post(again(order, mail), {"key": uuid.uuid4()})

    assert page.status_code == 422
    assert "whom it was for left the shop" in page.text
    assert not OutboxMessage.objects.filter(is_repeat=True).exists()


def test_more_mails_take_no_more_queries(staff_client, order, mail, django_assert_max_num_queries):
    posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())
    with django_assert_max_num_queries(50) as few:
        page_of(staff_client, order)
    for _ in range(5):
        order_mails.send_again(
            number=order.number, mail_id=mail.pk, key=uuid.uuid4(), now=timezone.now()
        )

    with django_assert_max_num_queries(len(few)):
        assert page_of(staff_client, order).count("once more") == 5


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mail_sent_again_while_its_order_is_erased_leaves_nothing(guest, delivery, meeting):
    """It went to another address than those of the person, and is found by the order alone."""
    long_ago = timezone.now() - timedelta(days=90)
    fill(guest, BookFactory(title="Emma"))
    order = pay(place(guest, now=long_ago).number, long_ago)
    posting.post_order(number=order.number, tracking="", who="s", now=long_ago)
    mails = OutboxMessage.objects.of_thread(order.number)
    mails.update(to="aunt@example.org", sent_at=long_ago, next_try_at=None)
    mail, person = mails[0], Person.with_email(order.email)

    def send() -> None:
        with transaction.atomic():
            mails.select_for_update(no_key=True).get(pk=mail.pk)
            now = timezone.now()
            again = {"message_id": mail.pk, "key": uuid.uuid4(), "now": now}
            meeting.stop(lambda: resending.send_again(**again))

    def erase() -> int:
        return meeting.join(lambda: erasing.erase(person=person, now=timezone.now()))

    outcomes = at_once([send, erase])

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not mails.exists()
