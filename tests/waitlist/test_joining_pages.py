"""Joining a list through the pages: members, strangers who sign in or up, and refusals."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from tests.accounts import doors
from tests.factories import BookFactory
from waitlist.models import PreBooking

from .lists import join, line, sold_out

pytestmark = pytest.mark.django_db


def test_a_stranger_who_presses_join_comes_to_the_list_after_signing_in(client):
    book = sold_out()
    line(book, 1)
    user = doors.member()

    asked = client.post(f"/queue/{book.ean}/join/")
    assert asked.url == f"/accounts/login/?next=/queue/{book.ean}/"
    page = doors.sign_in(client, next=f"/queue/{book.ean}/")

    assert page.redirect_chain[-1][0] == f"/queue/{book.ean}/"
    assert "Join as number 2" in page.text
    assert not PreBooking.objects.filter(user=user).exists()
    client.post(f"/queue/{book.ean}/join/")
    assert PreBooking.objects.get(user=user).first_place == 2


def test_the_way_by_signing_up_leads_to_the_list_too(client):
    book = sold_out()
    login = client.get(f"/accounts/login/?next=/queue/{book.ean}/").text
    assert f"/accounts/signup/?next=%2Fqueue%2F{book.ean}%2F" in login

    doors.sign_up(client, next=f"/queue/{book.ean}/")
    [message] = doors.mails_to("new@example.org")
    page = client.post(doors.link_in(message), follow=True)

    assert EmailAddress.objects.get(email="new@example.org").verified
    assert page.redirect_chain[-1][0] == f"/queue/{book.ean}/"
    assert "Join as number 1" in page.text
    client.post(f"/queue/{book.ean}/join/")
    assert User.objects.get(email="new@example.org").pre_bookings.count() == 1


def test_joining_twice_leads_to_the_place_that_one_has(shopper, shopper_client):
    book = sold_out()
    place = join(book, user=shopper)

    page = shopper_client.post(f"/queue/{book.ean}/join/", follow=True)

    assert page.redirect_chain[-1][0] == place.get_absolute_url()
    assert "You are on this waiting list already." in page.text
    assert shopper.pre_bookings.count() == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"stock": 1}, "can be bought now"),
        ({"stock": 0, "publishing_status": "out_of_print"}, "we do not expect any copies"),
    ],
)
def test_where_there_is_nothing_to_wait_for_the_book_says_so(shopper_client, facts, words):
    book = BookFactory(**facts)

    page = shopper_client.post(f"/queue/{book.ean}/join/", follow=True)

    assert page.redirect_chain[-1][0] == book.get_absolute_url()
    assert words in page.text
    assert not PreBooking.objects.exists()


def test_joining_needs_a_book_and_a_press(shopper_client):
    assert shopper_client.post("/queue/9780000000000/join/").status_code == 404
    assert shopper_client.get(f"/queue/{sold_out().ean}/join/").status_code == 405
