from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import BillingAddress, Invoice, Order, OrderItem, Refund
from shop.services import cancelling, refunds
from tests.factories import BookFactory

from .conftest import order_through_pages, pay


@pytest.fixture
def order(client, delivery):
    return order_through_pages(client, BookFactory(title="Emma"))


@pytest.fixture
def paid(order):
    return pay(order.number)


def page_of(client, order) -> str:
    return client.get(f"/orders/{order.number}/invoice/").content.decode()


def test_it_names_both_sides_the_number_and_what_was_paid(client, paid):
    page = page_of(client, paid)

    assert "<h1>Invoice INV-000001</h1>" in page
    assert "Octavo<br>8 Quarto Lane<br>Bristol BS1 4ZZ<br>United Kingdom" in page
    assert "Nadia Rahman<br>" in page
    assert "Emma" in page
    assert f'<dd class="tot">{paid.total_text}</dd>' in page
    assert "Nothing is left to pay." in page


def test_the_seller_stays_as_they_were(client, paid, settings):
    settings.SHOP = {**settings.SHOP, "name": "Another Shop", "vat_number": "GB1"}

    article = page_of(client, paid).partition("<article")[2].partition("</article>")[0]

    assert "Octavo<br>" in article
    assert "Another Shop" not in article
    assert "GB1" not in article


def test_the_vat_number_is_named(client, order, settings):
    settings.SHOP = {**settings.SHOP, "vat_number": "GB 123 4567 89"}

    paid = pay(order.number)

    assert "GB 123 4567 89" in page_of(client, paid)


def test_tax_is_shown_for_each_rate_and_within_the_price(client, order):
    OrderItem.objects.update(tax_rate=Decimal("5.50"), tax=Decimal("0.52"))
    Order.objects.update(
        tax_total=Decimal("1.01"), delivery_tax=Decimal("0.49"), delivery_tax_rate=Decimal(20)
    )

    page = page_of(client, pay(order.number))

    assert '<td>5.5%</td><td class="n">£10.00</td><td class="n">£0.52</td>' in page
    assert '<td>20%</td><td class="n">£2.95</td><td class="n">£0.49</td>' in page


def test_books_without_tax_say_so(client, paid):
    assert '<td>0%</td><td class="n">£12.95</td><td class="n">£0.00</td>' in page_of(client, paid)


def test_a_discount_stands_at_its_line_and_in_the_sum(client, order):
    OrderItem.objects.update(discount=Decimal("2.00"))
    Order.objects.update(
        discount_total=Decimal("2.00"), total=Decimal("10.95"), voucher_code="SPRING"
    )
    order.payments.update(amount=Decimal("10.95"))

    page = page_of(client, pay(order.number))

    assert '<td class="n">−£2.00</td>' in page
    assert "<dt>Voucher SPRING</dt><dd>−£2.00</dd>" in page
    assert '<td class="n">£8.00</td>' in page
    assert "Voucher SPRING: −£2.00" in OutboxMessage.objects.latest("pk").body


def test_refunds_since_are_named_and_those_that_failed_are_not(client, paid):
    line = paid.items.get()
    for reason in (Refund.Reason.RETURNED, Refund.Reason.GOODWILL):
        refunds.refund_lines(
            number=paid.number,
            quantities={line.pk: 1} if reason == Refund.Reason.RETURNED else {},
            delivery=Decimal(0) if reason == Refund.Reason.RETURNED else Decimal("1.00"),
            restock=False,
            reason=reason,
            who="stella",
            now=timezone.now(),
        )
    Refund.objects.filter(reason="goodwill").update(status="failed", next_try_at=None)

    page = page_of(client, paid)

    assert "£10.00, Returned or damaged (on its way)" in page
    assert "Goodwill" not in page


def test_without_a_payment_there_is_no_invoice(client, order):
    assert client.get(f"/orders/{order.number}/invoice/").status_code == 404
    assert "/invoice/" not in client.get(f"/orders/{order.number}/").content.decode()


def test_an_order_that_was_cancelled_keeps_its_invoice(client, paid):
    cancelling.cancel_order(number=paid.number, who="sam", now=timezone.now())

    assert (
        f"/orders/{paid.number}/invoice/" in client.get(f"/orders/{paid.number}/").content.decode()
    )
    assert "Order cancelled (on its way)" in page_of(client, paid)


def test_a_stranger_gets_404(paid):
    assert Client().get(f"/orders/{paid.number}/invoice/").status_code == 404


def test_many_lines_need_the_same_queries(client, paid, django_assert_num_queries):
    page_of(client, paid)
    with django_assert_num_queries(7):
        page_of(client, paid)
    for book in BookFactory.create_batch(10):
        paid.items.create(book=book, title=book.title, ean=book.ean, unit_price=1, quantity=1)

    with django_assert_num_queries(7):
        page_of(client, paid)


def test_numbers_are_written_with_their_prefix(paid):
    assert str(Invoice.objects.get()) == "INV-000001"


def test_the_bill_goes_to_its_own_address(client, paid):
    elsewhere = {"name": "Accounts Ltd", "line1": "9 Ledger Row", "city": "Leeds", "country": "GB"}
    BillingAddress.objects.create(order=paid, **elsewhere)

    page = page_of(client, paid)

    assert "Accounts Ltd<br>" in page
    assert "Nadia Rahman<br>" not in page
