import uuid
from decimal import Decimal

import pytest

from catalog.models import Book
from shop.models import CartItem, Order
from tests.factories import BookFactory, receive

from .conftest import checkout_form


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})
    return client


def text(response) -> str:
    return response.content.decode()


def test_an_empty_basket_leads_back_to_the_basket(client, delivery):
    assert client.get("/checkout/").url == "/basket/"


def test_the_page_shows_books_delivery_and_what_it_comes_to(with_emma):
    page = with_emma.get("/checkout/")

    assert "1 × Emma" in text(page)
    assert "£11.45 in all." in text(page)


def test_a_guest_orders_and_pays(with_emma):
    payment = with_emma.post("/checkout/", checkout_form(with_emma), follow=True)
    order = Order.objects.get()
    assert payment.redirect_chain == [(f"/orders/{order.number}/demo-payment/", 302)]

    paid = with_emma.post(f"/orders/{order.number}/demo-payment/", {"choice": "pay"}, follow=True)

    assert paid.redirect_chain[-1] == (f"/orders/{order.number}/", 302)
    assert "Thank you, your order is paid" in text(paid)
    assert order.user is None


def test_a_signed_in_shopper_finds_e_mail_and_name_filled_in(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")

    page = shopper_client.get("/checkout/")

    assert 'value="sam@example.org"' in text(page)
    assert 'value="Sam Shopper"' in text(page)


def test_the_country_of_the_shop_is_chosen_already(with_emma, settings):
    settings.SHOP = {**settings.SHOP, "country": "IE"}

    form = with_emma.get("/checkout/").context["form"]

    assert form["country"].value() == "IE"


def test_the_order_of_a_signed_in_shopper_is_theirs(shopper_client, shopper, emma):
    shopper_client.post(f"/basket/add/{emma.ean}/")

    shopper_client.post("/checkout/", checkout_form(shopper_client))

    assert Order.objects.get().user == shopper


def test_declined_says_so_and_fills_the_basket_again(with_emma):
    with_emma.post("/checkout/", checkout_form(with_emma))
    number = Order.objects.get().number

    page = with_emma.post(f"/orders/{number}/demo-payment/", {"choice": "decline"}, follow=True)

    assert "The payment did not go through" in text(page)
    assert "Nothing was charged" in text(page)
    assert CartItem.objects.get().quantity == 1


def test_missing_fields_are_named_and_nothing_typed_is_lost(with_emma):
    form = checkout_form(with_emma, email="not an address", city="")

    page = with_emma.post("/checkout/", form)

    assert page.status_code == 422
    assert "Not ordered yet" in text(page)
    assert 'value="not an address"' in text(page)
    assert 'value="1 Some Street"' in text(page)
    assert not Order.objects.exists()


@pytest.mark.parametrize("email", ["a@xn--zzzzü.de", f"a@{'ü' * 62}.de"])
def test_an_address_that_no_mail_reaches_is_refused_at_the_field(with_emma, email):
    page = with_emma.post("/checkout/", checkout_form(with_emma, email=email))

    assert page.status_code == 422
    assert page.context["form"].errors["email"]


def test_sold_out_meanwhile_says_which_book_and_keeps_the_basket(with_emma, emma):
    form = checkout_form(with_emma)
    receive(emma, -3)

    page = with_emma.post("/checkout/", form)

    assert page.status_code == 422
    assert "“Emma” has just sold out" in text(page)
    assert CartItem.objects.exists()


def test_a_changed_price_is_shown_before_anything_is_ordered(with_emma, emma):
    form = checkout_form(with_emma)
    Book.objects.update(price=Decimal("20.00"))

    refused = with_emma.post("/checkout/", form)
    assert refused.status_code == 422
    assert "a price has changed" in text(refused)

    again = {**form, "seen": refused.context["seen"]}
    with_emma.post("/checkout/", again)
    assert Order.objects.get().items_total == Decimal("20.00")


def test_the_same_form_sent_twice_is_one_order(with_emma):
    form = checkout_form(with_emma)

    first = with_emma.post("/checkout/", form)
    second = with_emma.post("/checkout/", form)

    assert first.url == second.url
    assert Order.objects.count() == 1


def test_a_resent_form_after_everything_is_done_leads_to_the_order(with_emma):
    form = checkout_form(with_emma)
    with_emma.post("/checkout/", form)
    number = Order.objects.get().number
    with_emma.post(f"/orders/{number}/demo-payment/", {"choice": "pay"})

    page = with_emma.post("/checkout/", form, follow=True)

    assert "Thank you, your order is paid" in text(page)
    assert Order.objects.count() == 1


def test_a_form_without_its_name_is_refused_in_words(with_emma):
    page = with_emma.post("/checkout/", checkout_form(with_emma, form_key="", seen=""))

    assert page.status_code == 422
    assert "The form was not complete" in text(page)


def test_a_shop_without_a_payment_provider_takes_no_orders(with_emma, settings):
    form = checkout_form(with_emma)
    settings.PAYMENT_PROVIDER = ""

    page = with_emma.post("/checkout/", form)

    assert "We cannot take orders on this site at the moment" in text(page)
    assert not Order.objects.exists()


def test_the_demo_payment_page_is_not_there_for_other_providers(with_emma, settings):
    with_emma.post("/checkout/", checkout_form(with_emma))
    settings.PAYMENT_PROVIDER = ""

    page = with_emma.get(f"/orders/{Order.objects.get().number}/demo-payment/")

    assert page.status_code == 404


def test_every_form_shown_has_a_name_of_its_own(with_emma):
    first = with_emma.get("/checkout/").context["form_key"]
    second = with_emma.get("/checkout/").context["form_key"]

    assert first != second
    assert uuid.UUID(first)


def test_the_number_of_queries_does_not_grow_with_the_lines(
    with_emma, django_assert_max_num_queries
):
    for book in BookFactory.create_batch(20):
        with_emma.post(f"/basket/add/{book.ean}/")

    with django_assert_max_num_queries(5):
        with_emma.get("/checkout/")
