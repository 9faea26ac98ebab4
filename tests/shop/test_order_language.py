"""The mails about an order speak the language in which it was placed."""

from decimal import Decimal

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import OutboxMessage
from shop import emails
from shop.models import Refund
from shop.services import posting
from tests.factories import BookFactory

from .conftest import fill, pay, place


@pytest.fixture(autouse=True)
def _german_is_spoken(settings) -> None:
    settings.LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]


def test_mails_about_an_order_speak_the_language_that_it_was_placed_in(guest, delivery):
    fill(guest, BookFactory(title="Emma", price=Decimal("1234.50")))
    with translation.override("de"):
        order = place(guest)

    order = pay(order.number)
    posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())

    order.refresh_from_db()
    confirmation, posted = OutboxMessage.objects.of_thread(order.number)
    assert order.language == confirmation.language == posted.language == "de"
    assert "1.234,50\N{NO-BREAK SPACE}£" in confirmation.body
    with translation.override("de"):
        assert date_format(order.expected_on, "j. F Y") in posted.body


def test_an_order_placed_in_a_language_that_the_shop_does_not_speak_has_none(guest, delivery):
    fill(guest, BookFactory())
    with translation.override("fr"):
        order = place(guest)

    assert order.language == ""


def test_staff_are_told_of_it_in_the_language_of_the_shop(guest, delivery):
    fill(guest, BookFactory(price=Decimal("1234.50")))
    with translation.override("de"):
        order = place(guest)
        refund = Refund(pk=1, amount=Decimal("1234.50"), reason=Refund.Reason.LATE)
        emails.tell_staff_of_refund(order, refund, timezone.now())

    assert "£1,234.50" in OutboxMessage.objects.latest("pk").body
