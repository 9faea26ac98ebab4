"""A copy that the waiting list holds, from the link to the payment, without JavaScript."""

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import formats, timezone

from shop.models import CartItem, Order
from tests.factories import BookFactory, receive
from tests.waitlist.lists import join, states
from waitlist import offers
from waitlist.models import PreBooking

from .conftest import pay, payment_form
from .held import after_the_hold, hold_a_copy, reprice
from .test_basket_page import messages, text

pytestmark = pytest.mark.django_db


def accept(client: Client, held: PreBooking):
    return client.post(f"/prebooks/place/{held.key}/accept/", follow=True)


def until(held: PreBooking) -> str:
    return formats.date_format(timezone.localtime(held.hold_until), "NEAR_DEADLINE_FORMAT")


@pytest.mark.parametrize("whose", ["client", "shopper_client"])
def test_a_held_copy_is_bought_by_the_pages(request, held, whose):
    client = request.getfixturevalue(whose)

    page = accept(client, held)
    assert page.redirect_chain == [("/basket/", 302)]
    assert messages(page) == [f"“Emma” is in your basket, and held for you until {until(held)}."]
    assert f"Held for you until {until(held)}" in text(page)
    client.post("/checkout/payment/", payment_form(client))
    order = Order.objects.get()
    assert client.get(f"/orders/{order.number}/").status_code == 200
    pay(order.number)

    assert states([held]) == ["fulfilled"]
    assert order.items.get().unit_price == Decimal("10.00")


def test_the_price_is_named_when_it_is_lower_than_todays(client, emma, held):
    reprice(emma, "12")

    page = accept(client, held)

    assert "£10.00 for you; today it costs £12.00." in text(page)
    assert "£12.00" not in text(client.post("/checkout/", follow=True))


def test_it_is_not_named_when_it_is_the_same(client, held):
    assert "for you; today" not in text(accept(client, held))


def test_the_copies_of_before_are_told_of(client, emma, held):
    receive(emma, 3)
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 3})

    told = messages(accept(client, held))

    assert told[-1].endswith("There were 3 copies of it; now it is the one that is held.")


def test_a_second_copy_is_refused_on_the_page(client, held):
    accept(client, held)
    item = CartItem.objects.get()

    page = client.post(f"/basket/items/{item.pk}/", {"quantity": 2}, follow=True)

    assert messages(page) == [
        f"One copy of “Emma” is held for you until {until(held)}, and no more than one."
    ]
    assert 'name="quantity"' not in text(page)


def test_a_copy_that_is_no_longer_held_leads_to_the_page_of_its_place(client, held):
    offers.decline(key=held.key, now=timezone.now())

    page = accept(client, held)

    assert page.redirect_chain == [(held.get_absolute_url(), 302)]
    assert messages(page) == ["No copy is held for you now."]
    assert not CartItem.objects.exists()


def test_the_basket_tells_that_the_time_is_over(client, emma, held):
    accept(client, held)
    join(emma)
    offers.expire(now=after_the_hold(held))

    page = client.get("/basket/")

    assert "The time your copy of “Emma” was held for is over." in text(page)
    assert "Some books need a change before you can order." in text(page)


def test_a_hold_that_ends_on_the_payment_page_is_refused_there(client, emma, held):
    accept(client, held)
    form = payment_form(client)
    join(emma)
    offers.expire(now=after_the_hold(held))

    page = client.post("/checkout/payment/", form)

    assert page.status_code == 422
    assert "No copy of “Emma” is held for you any more." in text(page)
    assert not Order.objects.exists()


def test_nothing_is_accepted_by_looking(client, held):
    assert client.get(f"/prebooks/place/{held.key}/accept/").status_code == 405


def test_there_is_no_place_with_a_guessed_key(client, db):
    assert client.post(f"/prebooks/place/{uuid.uuid4()}/accept/").status_code == 404


def test_held_copies_cost_a_basket_no_more_queries(client, delivery, django_assert_num_queries):
    accept(client, hold_a_copy(BookFactory(stock=0)))
    client.get("/basket/")
    for book in BookFactory.create_batch(5, stock=0):
        accept(client, hold_a_copy(book))

    # Session, lines, copies for the badge.
    with django_assert_num_queries(3):
        assert len(client.get("/basket/").context["basket"].buyable) == 6
