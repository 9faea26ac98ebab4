"""What the shop writes to people on waiting lists."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from accounts.models import OutboxMessage
from catalog.models import Book
from tests.factories import UserFactory
from waitlist import offers, overrides

from .lists import deliver, join, sold_out

pytestmark = pytest.mark.django_db

SUMMER = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
WINTER = datetime(2026, 12, 4, 9, 5, tzinfo=UTC)


def held(now: datetime, title: str = "Gitanjali"):
    book = sold_out(title=title)
    place = join(book, user=UserFactory(email="sam@example.org"), now=now - timedelta(days=9))
    deliver(book, 1, now=now)
    return place


def last_mail() -> OutboxMessage:
    return OutboxMessage.objects.latest("pk")


def test_the_offer_in_full():
    place = held(SUMMER)

    mail = last_mail()

    shop = settings.SHOP
    assert (mail.to, mail.subject) == ("sam@example.org", "A copy of “Gitanjali” is held for you")
    assert mail.body.strip() == (
        "Hello,\n\n"
        "It is your turn. You joined this waiting list as number 1 on 22 June 2026, and now a copy"
        " lies aside for you:\n\n"
        "Gitanjali\n"
        "Price: £10.00 (as when you joined)\n"
        "Held until: Friday 3 July 2026, 09:30 BST\n\n"
        "Buy it, pass it on with “No thanks”, or keep your place for the copies that come later;"
        " all of it on this page, without signing in:\n"
        f"{settings.SITE_URL}/prebooks/place/{place.key}/\n\n"
        "If you do nothing, the copy goes to the next in line when the time is over. The link acts"
        " for your place, so pass it to nobody.\n\n"
        "You get this email because you joined this waiting list.\n\n"
        f"{shop['name']}\n"
        f"{shop['street']}, {shop['city']} {shop['postcode']}\n"
        f"{shop['email']}, {shop['phone']}"
    )


def test_times_are_those_of_the_shop_with_their_zone():
    held(WINTER)

    assert "Held until: Sunday 6 December 2026, 09:05 GMT" in last_mail().body


def test_the_reminder_says_until_when():
    place = held(SUMMER)
    offers.remind(now=SUMMER + timedelta(hours=30))

    mail = last_mail()

    assert mail.subject == "Your copy of “Gitanjali” is still held"
    assert "Held until: Friday 3 July 2026, 09:30 BST" in mail.body
    assert place.get_absolute_url() in mail.body


def test_when_the_hold_has_ended_the_mail_leads_to_what_can_be_done():
    place = held(SUMMER)
    offers.expire(now=SUMMER + timedelta(hours=48))

    mail = last_mail()

    assert mail.subject == "“Gitanjali” is no longer held for you"
    assert "Until Friday 3 July 2026, 09:30 BST a copy lay aside for you." in mail.body
    assert place.get_absolute_url() in mail.body


def test_a_copy_taken_back_comes_with_its_reason():
    place = held(SUMMER)
    overrides.take_back(key=place.key, reason="Torn in the post", who="anna", now=SUMMER)

    assert "Why: Torn in the post" in last_mail().body
    assert "anna" not in last_mail().body


def test_a_place_that_the_shop_ends_comes_with_its_reason():
    place = held(SUMMER)
    overrides.end_place(key=place.key, reason="Two accounts", who="anna", now=SUMMER)

    mail = last_mail()

    assert mail.subject == "Your place on the waiting list of “Gitanjali” has ended"
    assert "Why: Two accounts" in mail.body
    assert "anna" not in mail.body


def test_a_lower_price_is_said_beside_that_of_the_day_of_joining():
    book = sold_out()
    join(book)
    Book.objects.update(price="8.50")
    deliver(book, 1)

    assert "Price: £8.50 (when you joined it was £10.00)" in last_mail().body


def test_a_title_is_written_as_it_is():
    held(SUMMER, title="Tom & Jerry’s <Tales>")

    assert "Tom & Jerry’s <Tales>" in last_mail().subject
    assert "\nTom & Jerry’s <Tales>\n" in last_mail().body
