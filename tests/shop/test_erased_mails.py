"""What becomes of mails about the orders of somebody who has their data erased."""

import uuid
from copy import copy
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import erasing, outbox
from accounts.models import OutboxMessage
from accounts.person import Person
from shop.models import Order, new_order_number
from shop.personal_data import OrderMailsPart
from tests.factories import BookFactory

from .conftest import ADDRESS, decline, fill, place

pytestmark = pytest.mark.django_db
NADIA = Person(None, (ADDRESS["email"],))
LONG_AGO = timezone.now() - timedelta(days=90)


@pytest.fixture
def order(guest, delivery) -> Order:
    fill(guest, BookFactory())
    return place(guest, now=LONG_AGO)


def to_staff(key: str, subject: str = "") -> None:
    outbox.write(to=settings.SHOP["email"], subject=subject, body="", dedupe_key=key, now=LONG_AGO)


def test_a_mail_to_staff_is_found_by_the_number_in_its_key(order):
    to_staff(f"staff-withdrawal-{order.number}-1", "about it")
    to_staff(f"staff-refund-{order.number}", "about it, too")
    for other in (f"{order.number}X", f"X{order.number}", new_order_number()):
        to_staff(f"staff-refund-{other}-1")

    found = OrderMailsPart().rows(NADIA)

    assert [mail.subject for mail in found] == ["about it", "about it, too"]


def test_what_staff_have_not_got_yet_still_reaches_them(order):
    decline(order.number, LONG_AGO)
    for key in ("sent", "waiting"):
        to_staff(f"staff-refund-{order.number}-{key}", key)
    OutboxMessage.objects.filter(subject="sent").update(sent_at=LONG_AGO, next_try_at=None)

    erasing.erase(person=NADIA, now=timezone.now())

    assert [mail.subject for mail in OutboxMessage.objects.filter(to=settings.SHOP["email"])] == [
        "waiting"
    ]
    assert not OutboxMessage.objects.filter(thread=order.number).exists()


def test_mails_about_thousands_of_orders_are_found_in_no_time(order):
    """In a twentieth of the time that is allowed; a pattern of all numbers took twice as much."""
    numbers = [new_order_number() for _ in range(4000)]
    Order.objects.bulk_create(another(order, number) for number in numbers)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            to=settings.SHOP["email"],
            dedupe_key=f"staff-refund-{number}-{refund}",
            message_id=f"{number}-{refund}",
            created_at=LONG_AGO,
        )
        for number in numbers
        for refund in range(3)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1s'")

    assert OrderMailsPart().count(NADIA) == 12_000


def another(order: Order, number: str) -> Order:
    order = copy(order)
    order.pk, order.number, order.idempotency_key = None, number, uuid.uuid4()
    return order
