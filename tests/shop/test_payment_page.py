"""The last page before paying: everything at a glance, the voucher, and the button that orders."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import formats, timezone

from catalog.models import Book
from shop.models import BillingAddress, CartItem, Order, TaxRate
from shop.providers.base import ProviderDown, ProviderRefused
from shop.providers.demo import DemoProvider
from tests.factories import BookFactory, DeliveryMethodFactory, VoucherFactory, receive

from .conftest import ADDRESS, delivery_form, payment_form


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 1})
    return client


@pytest.fixture
def voucher(with_emma):
    """Ten per cent off, named on the payment page."""
    payment_form(with_emma)
    voucher = VoucherFactory(code="SPRING")
    with_emma.post("/checkout/voucher/", {"code": "spring"})
    return voucher


def look(client):
    return client.get("/checkout/payment/")


def send(client, form):
    return client.post("/checkout/payment/", form)


def agree(client):
    """Send the form as the page shows it now."""
    page = look(client).context
    return send(client, {"seen": page["offer"].seen, "form_key": page["form"].key})


def test_the_day_of_a_book_to_come_is_named_once(client, delivery):
    waves = BookFactory(title="The Waves", on_sale_on=date(2099, 1, 14))
    client.post(f"/basket/add/{waves.ean}/")
    payment_form(client)
    alone = look(client).text
    client.post(f"/basket/add/{BookFactory(title='Emma').ean}/")

    beside_another = look(client).text

    for page in (alone, beside_another):
        assert page.count("when it is published, 14 January 2099") == 1


def test_nobody_pays_before_saying_where_to(with_emma):
    assert look(with_emma).url == "/checkout/"


def test_the_page_says_where_it_goes_what_it_costs_and_what_the_button_does(with_emma):
    payment_form(with_emma)

    page = look(with_emma)

    assert "1 Some Street" in page.text
    assert "£2.95" in page.text
    assert "Order and pay £11.45" in page.text
    assert "withdraw within 14 days" in page.text
    assert "8 Quarto Lane" in page.text


def test_a_guest_orders_and_pays(with_emma):
    payment = with_emma.post("/checkout/payment/", payment_form(with_emma), follow=True)
    order = Order.objects.get()
    assert payment.redirect_chain == [(f"/orders/{order.number}/demo-payment/", 302)]

    paid = with_emma.post(f"/orders/{order.number}/demo-payment/", {"choice": "pay"}, follow=True)

    assert paid.redirect_chain[-1] == (f"/orders/{order.number}/?done", 302)
    assert 'aria-current="step">Done' in paid.text
    assert "Thank you, your order is paid" in paid.text
    assert order.user is None


def test_declined_says_so_and_fills_the_basket_again(with_emma):
    send(with_emma, payment_form(with_emma))
    number = Order.objects.get().number

    page = with_emma.post(f"/orders/{number}/demo-payment/", {"choice": "decline"}, follow=True)

    assert "The payment did not go through" in page.text
    assert CartItem.objects.get().quantity == 1


def test_the_bill_goes_elsewhere_if_that_was_said(with_emma):
    bill = {f"bill-{name}": text for name, text in ADDRESS.items() if name != "email"}
    form = delivery_form(with_emma, bill_elsewhere="on", **{**bill, "bill-city": "Leeds"})
    with_emma.post("/checkout/", form)

    agree(with_emma)

    assert BillingAddress.objects.get(order=Order.objects.get()).city == "Leeds"


def test_sold_out_meanwhile_says_which_book_and_keeps_the_basket(with_emma, emma):
    form = payment_form(with_emma)
    receive(emma, -3)

    page = send(with_emma, form)

    assert page.status_code == 422
    assert "“Emma” has just sold out" in page.text
    assert "Order and pay" not in page.text
    assert CartItem.objects.exists()


def test_a_changed_price_is_shown_before_anything_is_ordered(with_emma, emma):
    form = payment_form(with_emma)
    Book.objects.update(price=Decimal("20.00"))

    refused = send(with_emma, form)
    assert refused.status_code == 422
    assert "a price has changed" in refused.text

    send(with_emma, {**form, "seen": refused.context["offer"].seen})
    assert Order.objects.get().items_total == Decimal("20.00")


def test_the_same_form_sent_twice_is_one_order(with_emma):
    form = payment_form(with_emma)

    first = send(with_emma, form)
    second = send(with_emma, form)

    assert first.url == second.url
    assert Order.objects.count() == 1


def test_a_resent_form_after_everything_is_done_leads_to_the_order(with_emma):
    form = payment_form(with_emma)
    send(with_emma, form)
    number = Order.objects.get().number
    with_emma.post(f"/orders/{number}/demo-payment/", {"choice": "pay"})

    page = with_emma.post("/checkout/payment/", form, follow=True)

    assert "Thank you, your order is paid" in page.text
    assert Order.objects.count() == 1


def test_a_form_without_its_name_is_refused_in_words(with_emma):
    page = send(with_emma, payment_form(with_emma, form_key="", seen=""))

    assert page.status_code == 422
    assert "The form was not complete" in page.text


def test_every_form_shown_has_a_name_of_its_own(with_emma):
    payment_form(with_emma)

    first, second = (look(with_emma).context["form"].key for _ in range(2))

    assert first != second
    assert uuid.UUID(first)


def test_a_refused_form_keeps_its_name(with_emma, emma):
    form = payment_form(with_emma)
    receive(emma, -3)

    assert send(with_emma, form).context["form"].key == str(form["form_key"])


def test_a_way_of_delivery_that_is_gone_leads_back_to_choose_another(with_emma, delivery):
    payment_form(with_emma)
    delivery.is_active = False
    delivery.save()

    page = with_emma.get("/checkout/payment/", follow=True)

    assert page.redirect_chain == [("/checkout/", 302)]
    assert "Please choose again how your books reach you." in page.text


def test_a_provider_that_does_not_answer_keeps_the_order_and_says_so(with_emma, monkeypatch):
    def be_silent(self, payment, *, return_url):
        raise ProviderDown

    form = payment_form(with_emma)
    with monkeypatch.context() as silence:
        silence.setattr(DemoProvider, "open", be_silent)
        page = with_emma.post("/checkout/payment/", form, follow=True)

    order = Order.objects.get()
    assert order.is_pending
    assert "Nothing has been charged, and your order is kept" in page.text
    paying = with_emma.post(f"/orders/{order.number}/pay/")
    assert paying.url == f"/orders/{order.number}/demo-payment/"


def test_an_order_that_costs_nothing_asks_for_no_payment(client, emma, delivery):
    DeliveryMethodFactory(name="Free", price=0, position=0)
    delivery.delete()
    client.post(f"/basket/add/{emma.ean}/")
    payment_form(client)
    VoucherFactory(code="GIFT", value=100)
    client.post("/checkout/voucher/", {"code": "gift"})
    assert "Order, nothing to pay" in look(client).text

    agree(client)

    order = Order.objects.get()
    assert order.is_confirmed
    assert not order.payments.exists()


def test_another_address_said_in_another_tab_is_looked_at_first(with_emma):
    form = payment_form(with_emma)
    with_emma.post("/checkout/", delivery_form(with_emma, line1="9 Other Street"))

    refused = send(with_emma, form)

    assert refused.status_code == 422
    assert "9 Other Street" in refused.text
    assert not Order.objects.exists()


def test_a_book_to_come_is_shown_with_its_day(with_emma, emma):
    emma.on_sale_on = timezone.localdate() + timedelta(days=40)
    emma.save()
    payment_form(with_emma)

    day = formats.date_format(emma.on_sale_on, "DATE_FORMAT")
    assert f"Posted when it is published, {day}" in look(with_emma).text


def test_the_days_of_the_delivery_are_named(with_emma, delivery):
    delivery.days_from, delivery.days_to = 1, 2
    delivery.save()
    payment_form(with_emma)

    assert look(with_emma).context["offer"].days

    to_come = BookFactory(on_sale_on=timezone.localdate() + timedelta(days=40))
    with_emma.post(f"/basket/add/{to_come.ean}/")
    assert not look(with_emma).context["offer"].days


def test_a_provider_that_refuses_is_not_told_as_one_that_does_not_answer(with_emma, monkeypatch):
    def refuse(self, payment, *, return_url):
        raise ProviderRefused("less than we take")

    form = payment_form(with_emma)
    monkeypatch.setattr(DemoProvider, "open", refuse)

    page = with_emma.post("/checkout/payment/", form, follow=True)

    assert "cannot take a payment for this order" in page.text
    assert "less than we take" not in page.text


def test_whoever_comes_back_in_another_browser_finds_their_order(with_emma):
    send(with_emma, payment_form(with_emma))
    order = Order.objects.get()
    elsewhere, address = Client(), f"/orders/{order.number}/paid/"

    known = elsewhere.get(address, {"attempt": order.payments.get().key}, follow=True)

    assert order.number in known.text
    assert Client().get(address).status_code == 404
    assert Client().get(address, {"attempt": uuid.uuid4()}).status_code == 404


# Tax


def test_the_tax_in_the_sum_is_named_and_kept(with_emma):
    TaxRate.objects.all().delete()
    TaxRate.objects.create(country="GB", tax_class="book", rate=20, valid_from="2020-01-01")
    payment_form(with_emma)
    assert "VAT included, 20%" in look(with_emma).text

    agree(with_emma)

    order = Order.objects.get()
    line = order.items.get()
    assert (line.tax_rate, line.tax) == (Decimal(20), Decimal("1.42"))
    assert (order.delivery_tax, order.tax_total) == (Decimal("0.49"), Decimal("1.91"))


# Vouchers


def test_a_voucher_makes_it_cheaper_and_the_order_keeps_it(with_emma, voucher):
    assert "Order and pay £10.60" in look(with_emma).text

    agree(with_emma)

    order = Order.objects.get()
    assert (order.voucher, order.voucher_code) == (voucher, "SPRING")
    assert (order.discount_total, order.total) == (Decimal("0.85"), Decimal("10.60"))
    assert order.items.get().discount == Decimal("0.85")
    assert CartItem.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "words"), [("NOPE", "We do not know the voucher “NOPE”."), ("", "type the code")]
)
def test_a_code_that_does_not_count_is_told_at_the_field(with_emma, code, words):
    payment_form(with_emma)

    page = with_emma.post("/checkout/voucher/", {"code": code})

    assert page.status_code == 422
    assert words in page.text
    assert "<details open>" in page.text


def test_a_voucher_can_be_done_without(with_emma, voucher):
    with_emma.post("/checkout/voucher/drop/")

    assert "Order and pay £11.45" in look(with_emma).text


def test_a_voucher_that_ends_meanwhile_is_not_ordered_with(with_emma, voucher):
    page = look(with_emma).context
    voucher.valid_until = timezone.now() - timedelta(minutes=1)
    voucher.save()

    refused = send(with_emma, {"seen": page["offer"].seen, "form_key": page["form"].key})

    assert refused.status_code == 422
    assert "could be used until" in refused.text
    assert "Order and pay £11.45" in refused.text
    assert not Order.objects.exists()


def test_a_voucher_that_no_longer_counts_keeps_nobody_from_ordering_without_it(with_emma, voucher):
    voucher.least_sum = Decimal(100)
    voucher.save()
    page = look(with_emma)
    assert "for orders of £100.00 or more" in page.text
    assert "Remove the voucher" in page.text

    agree(with_emma)

    order = Order.objects.get()
    assert (order.voucher, order.discount_total) == (None, 0)


def test_codes_are_not_to_be_guessed(with_emma):
    payment_form(with_emma)

    pages = [with_emma.post("/checkout/voucher/", {"code": f"GUESS{n}"}) for n in range(11)]

    assert "We do not know" in pages[9].text
    assert "That was tried often just now." in pages[10].text


def test_a_voucher_is_used_up_by_the_order_and_free_again_when_that_fails(with_emma, voucher):
    voucher.most_uses = 1
    voucher.save()
    agree(with_emma)
    assert not voucher.carts.exists()

    number = Order.objects.get().number
    with_emma.post(f"/orders/{number}/demo-payment/", {"choice": "decline"})

    assert "Order and pay £10.60" in look(with_emma).text


def test_the_number_of_queries_does_not_grow_with_the_lines(
    with_emma, voucher, django_assert_max_num_queries
):
    for book in BookFactory.create_batch(20):
        with_emma.post(f"/basket/add/{book.ean}/")

    with django_assert_max_num_queries(9):
        look(with_emma)
