import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from catalog.models import Book
from shop import cart
from shop.models import Cart, CartItem
from tests.factories import BookFactory, receive

HTMX = {"HX-Request": "true", "HX-Target": "basket-lines"}


@pytest.fixture
def emma(db):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 2}, follow=True)
    return client


def text(response) -> str:
    return response.content.decode()


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_an_empty_basket_offers_ways_on(client, db):
    page = client.get("/basket/")

    assert "Your basket is empty" in text(page)
    assert "/genres/" in text(page)


def test_looking_starts_no_session_and_sets_no_cookie(client, db):
    client.get("/basket/")

    assert not Session.objects.exists()
    assert not client.cookies


def test_adding_leads_back_to_the_book_and_says_so(client, emma):
    page = client.post(f"/basket/add/{emma.ean}/", {"quantity": 2}, follow=True)

    assert page.redirect_chain == [(emma.get_absolute_url(), 302)]
    assert messages(page) == ["“Emma” is in your basket."]
    assert CartItem.objects.get().quantity == 2


def test_adding_leads_to_the_page_that_the_form_names(client, emma):
    page = client.post(f"/basket/add/{emma.ean}/", {"quantity": 2, "next": "/genres/"}, follow=True)

    assert page.redirect_chain == [("/genres/", 302)]
    assert messages(page) == ["“Emma” is in your basket."]


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "x" * 3000]
)
def test_adding_leads_to_no_other_site(client, emma, elsewhere):
    page = client.post(f"/basket/add/{emma.ean}/", {"quantity": 2, "next": elsewhere})

    assert page.url == emma.get_absolute_url()


def test_adding_by_htmx_brings_the_region_the_message_and_the_badge(client, emma):
    page = client.post(
        f"/basket/add/{emma.ean}/",
        {"quantity": 2},
        headers={"HX-Request": "true", "HX-Target": "buy-box"},
        follow=True,
    )

    assert "<html" not in text(page)
    assert 'id="buy-box"' in text(page)
    assert "“Emma” is in your basket." in text(page)
    assert 'id="basket-badge"' in text(page)


def test_adding_again_adds_up(with_emma, emma):
    with_emma.post(f"/basket/add/{emma.ean}/", {"quantity": 1})

    assert CartItem.objects.get().quantity == 3


def test_more_than_there_are_is_refused_with_the_reason(with_emma, emma):
    page = with_emma.post(f"/basket/add/{emma.ean}/", {"quantity": 2}, follow=True)

    assert messages(page) == [
        "Only 3 copies of “Emma” are left. You have 2 in your basket.",
    ]
    assert CartItem.objects.get().quantity == 2


@pytest.mark.parametrize("quantity", ["0", "-1", "100", "many", "", "1e3", "9" * 400])
def test_a_quantity_that_is_none_is_refused_in_words(client, emma, quantity):
    page = client.post(f"/basket/add/{emma.ean}/", {"quantity": quantity}, follow=True)

    assert page.status_code == 200
    assert len(messages(page)) == 1
    assert not CartItem.objects.exists()


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("0", "Please take one copy or more."),
        ("100", "An order can have 99 copies of a book at the most."),
        ("many", "How many copies? Please give a number from 1 to 99."),
    ],
)
def test_a_quantity_out_of_bounds_is_refused_with_the_reason(with_emma, quantity, words):
    line = CartItem.objects.get()

    page = with_emma.post(f"/basket/items/{line.pk}/", {"quantity": quantity}, follow=True)

    assert messages(page) == [words]
    assert CartItem.objects.get().quantity == 2


@pytest.mark.parametrize("state", ["withdrawn", "without price", "sold out", "not yet on sale"])
def test_what_cannot_be_bought_does_not_get_in(client, emma, state):
    if state == "withdrawn":
        Book.objects.update(withdrawn_at=timezone.now())
    elif state == "without price":
        Book.objects.update(price=None)
    elif state == "not yet on sale":
        receive(emma, -3)
        Book.objects.update(on_sale_on=timezone.localdate() + timedelta(days=3))
    else:
        receive(emma, -3)

    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})

    assert not CartItem.objects.exists()


def test_a_book_to_come_whose_copies_are_here_can_be_put_in(client, emma):
    Book.objects.update(on_sale_on=timezone.localdate() + timedelta(days=3))

    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})

    assert client.get("/basket/").context["basket"].can_check_out


def test_the_page_shows_lines_and_total(with_emma):
    page = with_emma.get("/basket/")

    assert "Emma" in text(page)
    assert page.context["basket"].total_text == "£17.00"
    assert "/checkout/" in text(page)


def test_a_quantity_can_be_changed(with_emma):
    line = CartItem.objects.get()

    page = with_emma.post(f"/basket/items/{line.pk}/", {"quantity": 1}, follow=True)

    assert page.redirect_chain == [("/basket/", 302)]
    assert CartItem.objects.get().quantity == 1


def test_nobody_changes_anothers_line(with_emma, shopper_client):
    line = CartItem.objects.get()

    shopper_client.post(f"/basket/items/{line.pk}/", {"quantity": 1})
    shopper_client.post(f"/basket/items/{line.pk}/remove/")

    line.refresh_from_db()
    assert line.quantity == 2


def test_a_line_with_too_many_copies_stops_the_checkout_in_words(with_emma, emma):
    receive(emma, -2)

    page = with_emma.get("/basket/")

    assert "Only 1 left, and you chose 2." in text(page)
    assert 'href="/checkout/"' not in text(page)
    assert CartItem.objects.get().quantity == 2


def test_a_line_with_too_many_copies_offers_those_that_are_left(with_emma, emma):
    receive(emma, -1)
    CartItem.objects.update(quantity=3)

    page = text(with_emma.get("/basket/"))
    shown = re.search(r'name="quantity" value="(\d+)"><button[^>]*>Take the last 2 copies', page)
    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/", {"quantity": shown[1]})

    assert with_emma.get("/basket/").context["basket"].can_check_out


def test_a_line_that_can_be_had_offers_nothing_else(with_emma):
    assert "Take the last" not in text(with_emma.get("/basket/"))


def test_the_basket_survives_signing_in(with_emma, shopper, emma):
    with_emma.force_login(shopper)

    assert CartItem.objects.get().cart.user == shopper
    assert with_emma.get("/basket/").context["basket"].copies == 2


def test_the_number_of_queries_does_not_grow_with_the_lines(
    client, emma, django_assert_num_queries
):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})
    # Session, lines, copies for the badge, subjects of the menu.
    with django_assert_num_queries(4):
        client.get("/basket/")
    for book in BookFactory.create_batch(30):
        client.post(f"/basket/add/{book.ean}/", {"quantity": 1})

    with django_assert_num_queries(3):
        assert client.get("/basket/").context["basket"].copies == 31


def test_changing_a_line_that_is_not_there_starts_no_session(client, db):
    page = client.post("/basket/items/1/", {"quantity": 1}, follow=True)
    client.post("/basket/items/1/remove/")

    assert messages(page) == ["That book is no longer in your basket."]
    assert not Session.objects.exists()
    assert not Cart.objects.exists()


def test_baskets_end_60_days_after_the_last_change(with_emma, shopper):
    now = timezone.now()

    assert cart.delete_old(now=now + timedelta(days=59)) == 0
    assert cart.delete_old(now=now + timedelta(days=61)) == 1
    assert not Cart.objects.exists()


@pytest.mark.parametrize(
    "address", ["/basket/add/9780000000000/", "/basket/items/1/", "/basket/undo/"]
)
def test_looking_at_an_action_is_not_allowed(client, db, address):
    assert client.get(address).status_code == 405
