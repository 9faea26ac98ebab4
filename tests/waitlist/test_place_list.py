"""All places of somebody on one page."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from waitlist import places
from waitlist.views.places import PLACES_PER_PAGE

from .lists import deliver, join, line, sold_out
from .test_book_slip import coming

pytestmark = pytest.mark.django_db


def leave(place) -> None:
    places.leave(key=place.key, now=timezone.now())


def test_a_stranger_signs_in_first(client):
    assert client.get("/prebooks/").url == "/accounts/login/?next=/prebooks/"


def test_whoever_waits_for_nothing_is_shown_where_lists_are(shopper_client):
    text = shopper_client.get("/prebooks/").text

    assert "You are on no waiting list." in text
    assert 'href="/queue/"' in text


def test_held_copies_come_first_then_who_waits_then_what_has_ended(shopper, shopper_client):
    left, waiting, held = (sold_out(title=title) for title in ("Left", "Waiting", "Held"))
    line(waiting, 2)
    leave(join(left, user=shopper))
    join(held, user=shopper)
    join(waiting, user=shopper)
    deliver(held, 1)
    coming(waiting, 5, 9)

    response = shopper_client.get("/prebooks/")

    assert [slip.book.title for slip in response.context["slips"]] == ["Held", "Waiting"]
    assert [place.book.title for place in response.context["ended"]] == ["Left"]
    assert "No. 3" in response.text
    assert "5 copies, " in response.text
    assert "Left: Left the list" in response.text


def test_nobody_sees_places_of_others(shopper_client):
    join(sold_out(title="A secret wish"))

    assert "A secret wish" not in shopper_client.get("/prebooks/").text


def test_what_has_ended_goes_on_over_pages(shopper, shopper_client):
    for _number in range(PLACES_PER_PAGE + 1):
        leave(join(sold_out(), user=shopper))

    assert "Older places" in shopper_client.get("/prebooks/").text
    assert len(shopper_client.get("/prebooks/?page=2").context["ended"]) == 1
    assert shopper_client.get("/prebooks/?page=3").status_code == 404
    assert shopper_client.get("/prebooks/?page=x").status_code == 404


def test_many_places_cost_no_more_than_few(django_assert_num_queries):
    few, many = UserFactory(), UserFactory()
    for user, number in ((few, 1), (many, 15)):
        for _place in range(number):
            book = sold_out()
            line(book, 2)
            join(book, user=user)
            coming(book, 2, 4)

    # The session and the member, their basket; how many places, the places, deliveries, shares, held.
    for user in (few, many):
        client = Client()
        client.force_login(user)
        client.get("/prebooks/")
        with django_assert_num_queries(8):
            client.get("/prebooks/")


def test_the_list_is_a_tab_of_the_account(shopper_client):
    text = shopper_client.get("/prebooks/").text

    assert 'href="/prebooks/" aria-current="page">Waiting lists</a>' in text
