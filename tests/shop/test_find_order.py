import pytest
from django.test import Client

from tests.factories import BookFactory

from .conftest import ADDRESS, fill, place

EMAIL = ADDRESS["email"]
MISS = "We found no order with this number and this email address."


@pytest.fixture
def order(guest, delivery):
    fill(guest, BookFactory(title="Emma"))
    return place(guest)


def find(client, number: str, email: str = EMAIL, **more):
    return client.post("/orders/find/", {"number": number, "email": email}, **more)


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def written(order):
    """The order's number as people write it."""
    half = len(order.number) // 2
    return f" {order.number[:half].lower()}-{order.number[half:].lower()} "


def test_number_and_e_mail_show_the_order(client, order):
    page = find(client, order.number, follow=True)

    assert page.redirect_chain == [(f"/orders/{order.number}/", 302)]
    assert "Emma" in text(page)
    assert order.number in text(client.get("/orders/"))


def test_the_number_may_be_written_in_many_ways(client, order, written):
    assert find(client, written, email=EMAIL.upper()).url == f"/orders/{order.number}/"


@pytest.mark.parametrize(
    ("number", "email"), [("real", "other@example.org"), ("23456789", EMAIL), ("-", EMAIL)]
)
def test_every_miss_sounds_the_same_and_shows_nothing(client, order, number, email):
    page = find(client, order.number if number == "real" else number, email=email)

    assert page.status_code == 422
    assert MISS in text(page)
    assert client.get(f"/orders/{order.number}/").status_code == 404


def test_an_empty_form_says_what_is_missing(client, db):
    page = find(client, "", email="nobody")

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"number", "email"}


def test_tries_from_one_address_are_limited(client, order):
    for _ in range(10):
        find(client, "23456789")

    page = find(client, order.number)

    assert page.status_code == 429
    assert "Please wait a minute" in text(page)
    assert find(Client(REMOTE_ADDR="192.0.2.7"), order.number).status_code == 302


def test_it_is_linked_from_where_people_look(client, db):
    for address in ("/orders/", "/accounts/login/", "/"):
        assert 'href="/orders/find/"' in text(client.get(address))


def test_a_session_that_somebody_planted_does_not_see_the_order(order):
    """Its key is known to whoever planted it, so the order is opened under another one."""
    planter = Client()
    planter.post(f"/basket/add/{BookFactory().ean}/")
    victim = Client()
    victim.cookies["sessionid"] = planter.cookies["sessionid"].value

    assert find(victim, order.number, follow=True).status_code == 200

    assert victim.cookies["sessionid"].value != planter.cookies["sessionid"].value
    assert planter.get(f"/orders/{order.number}/").status_code == 404
    assert order.number not in text(planter.get("/orders/"))


def test_the_key_changes_once_and_not_for_members(order, client, shopper_client):
    find(client, order.number)
    key = client.session.session_key
    find(client, order.number)
    assert client.session.session_key == key

    key = shopper_client.session.session_key
    find(shopper_client, order.number)
    assert shopper_client.session.session_key == key
