"""Mails speak the language of their reader, whoever causes them: a worker, staff, a stranger."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts import erasing, languages, outbox, resending
from accounts.models import OutboxMessage, User
from accounts.person import Person
from tests.factories import UserFactory
from tests.waitlist.lists import confirmed_reader, deliver, join, sold_out
from waitlist import alert_mails, alerts
from waitlist.models import PreBooking

from .doors import ask_for_reset, mails_to, member, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _german_is_spoken(settings) -> None:
    settings.LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]


def german_page() -> Client:
    """The browser of somebody who reads the shop in German."""
    return Client(headers={"accept-language": "de"})


def last() -> OutboxMessage:
    return OutboxMessage.objects.latest("pk")


def test_nobody_who_has_not_chosen_is_written_to_in_another_language_than_the_shops(settings):
    assert languages.language_of(None) == "en-gb"
    assert languages.language_of(User()) == "en-gb"
    assert languages.language_of(User(language="de")) == "de"

    settings.LANGUAGES = [("en-gb", "English")]

    assert languages.language_of(User(language="de")) == "en-gb"


def test_the_language_that_a_member_chose_is_kept(shopper):
    languages.remember_language(shopper, "de")
    with pytest.raises(ValueError, match="speak 'xx'"):
        languages.remember_language(shopper, "xx")

    shopper.refresh_from_db()
    assert shopper.language == "de"


def test_who_signs_up_is_written_to_in_the_language_of_the_page():
    with translation.override("de"):
        sign_up(german_page(), "new@example.org")
    with translation.override("fr"):
        sign_up(Client(headers={"accept-language": "fr"}), "other@example.org")

    assert User.objects.get(email="new@example.org").language == "de"
    assert mails_to("new@example.org")[0].language == "de"
    assert mails_to("other@example.org")[0].language == "en-gb"


def test_a_mail_that_a_stranger_asks_for_speaks_the_language_of_its_reader():
    member("sam@example.org", language="de")

    ask_for_reset(Client(), "sam@example.org")

    assert mails_to("sam@example.org")[0].language == "de"


def test_a_worker_writes_to_each_reader_in_their_language():
    book = sold_out(title="Emma", price=Decimal("1234.50"))
    for language in ("de", ""):
        reader = confirmed_reader(language=language)
        alerts.ask(user=reader, book=book, now=timezone.now())
    deliver(book, 3)

    alert_mails.mail(book_ids=[book.pk], now=timezone.now())

    german, english = OutboxMessage.objects.order_by("pk")
    assert (german.language, english.language) == ("de", "en-gb")
    assert "1.234,50\N{NO-BREAK SPACE}£" in german.body
    assert "£1,234.50" in english.body
    assert translation.get_language() == "en-gb"


def test_an_offer_of_a_waiting_list_is_in_the_language_of_who_waits():
    book = sold_out(title="Emma")
    join(book, user=UserFactory(language="de"))

    deliver(book, 1)

    offer = last()
    assert offer.language == "de"
    assert "10,00\N{NO-BREAK SPACE}£" in offer.body
    # Django knows the names of days and months without us.
    with translation.override("de"):
        held_until = PreBooking.objects.get().hold_until
        assert date_format(timezone.localtime(held_until), "l, j. F Y") in offer.body


def test_a_mail_sent_once_more_says_so_in_its_own_language(shopper):
    sent_at = datetime(2026, 12, 3, 12, tzinfo=UTC)
    outbox.write(to="sam@example.org", subject="x", body="y", language="de", now=sent_at)
    OutboxMessage.objects.update(sent_at=sent_at, next_try_at=None)

    resending.send_again(message_id=last().pk, key=uuid.uuid4(), now=timezone.now())

    assert "3. Dezember 2026" in last().body
    assert last().language == "de"


def test_the_last_mail_to_somebody_is_in_their_language():
    sam = member("sam@example.org", language="de")

    erasing.erase(person=Person.of(sam), now=timezone.now())

    assert mails_to("sam@example.org")[-1].language == "de"
