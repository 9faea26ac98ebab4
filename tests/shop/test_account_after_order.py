"""An account is offered after the order, and takes over what its owner ordered as a guest."""

import pytest
from django.test import Client

from tests.factories import BookFactory, UserFactory

from .conftest import ADDRESS, fill, pay, place

OFFER = "/accounts/signup/?email=nadia%40example.org"


@pytest.fixture
def order(guest, delivery):
    fill(guest, BookFactory())
    return pay(place(guest).number)


@pytest.fixture
def session(order):
    """A browser in which the guest sees the order."""
    client = Client()
    client.get(order.guest_url)
    return client


def page_of(client, order) -> str:
    return client.get(f"/orders/{order.number}/").content.decode()


def sign_in(client, email: str = ADDRESS["email"]):
    user = UserFactory(email=email)
    client.force_login(user)
    return user


def test_a_guest_is_offered_an_account_with_the_address_filled_in(session, order):
    assert OFFER in page_of(session, order)

    signup = session.get(OFFER).content.decode()

    assert f'value="{ADDRESS["email"]}"' in signup


def test_nobody_who_has_one_is_offered_another(session, order):
    sign_in(session)

    assert "/accounts/signup/?email" not in page_of(session, order)


def test_signing_in_brings_the_orders_of_the_guest_along(session, order):
    user = sign_in(session)

    order.refresh_from_db()
    assert order.user == user


def test_an_order_of_another_address_stays_a_guests(session, order):
    sign_in(session, email="other@example.org")

    order.refresh_from_db()
    assert order.user is None


def test_an_order_that_the_session_has_not_seen_stays_where_it_is(order):
    sign_in(Client())

    order.refresh_from_db()
    assert order.user is None


def test_an_order_of_somebody_else_is_not_taken_over(session, order):
    owner = UserFactory(email="owner@example.org")
    type(order).objects.update(user=owner)

    sign_in(session)

    order.refresh_from_db()
    assert order.user == owner
