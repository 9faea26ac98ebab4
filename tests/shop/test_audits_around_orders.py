"""Held copies, baskets, vouchers and invoices, as `manage.py audit` looks at them."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone

from shop.models import CartItem, Invoice, InvoiceCounter, Order, Voucher
from shop.services import discounts
from tests.audits import findings, found_by, without_triggers
from tests.factories import BookFactory, UserFactory, VoucherFactory
from waitlist.models import PreBooking

from .conftest import decline, fill, pay, place
from .held import accept

UNPAID, HELD, BASKETS = "An order that nobody", "A held copy is in", "A held copy in a basket"
VOUCHERS, INVOICES = "No voucher", "Invoices have"


@pytest.mark.parametrize(("minutes", "is_found"), [(59, False), (61, True)])
def test_an_order_that_nobody_gave_up_is_found_after_an_hour(delivery, guest, minutes, is_found):
    fill(guest, BookFactory())
    order = place(guest)
    Order.objects.update(pay_by=timezone.now() - timedelta(minutes=minutes))

    found = found_by(UNPAID)

    assert [words.partition(":")[0] for words in found] == (
        [f"order {order.pk} ({order.number})"] if is_found else []
    )


def test_a_held_copy_is_right_from_its_basket_to_its_reader(held, guest):
    accept(held, guest)
    assert findings() == []
    number = place(guest).number
    assert findings() == []
    decline(number)
    assert findings() == []
    # The line of the order that was given up names the place as well.
    pay(place(guest).number)
    assert findings() == []


def test_a_copy_in_no_order_and_one_in_two_are_found(held, guest):
    accept(held, guest)
    order = place(guest)
    PreBooking.objects.update(order_number="OTHER")

    where = f"place {held.pk} for book {held.book_id} (offered): in order"
    assert sorted(found_by(HELD)) == sorted(
        [f"{where} OTHER, which is not there", f"{where} {order.number}, which is pending"]
    )


def test_a_place_that_is_offered_though_its_order_is_paid_is_found(held, guest):
    accept(held, guest)
    order = pay(place(guest).number)
    with without_triggers("waitlist_prebooking"):
        PreBooking.objects.update(state="offered", ended_at=None)

    assert found_by(HELD) == [
        f"place {held.pk} for book {held.book_id} (offered): in order {order.number}, "
        "which is confirmed"
    ]


def test_a_basket_line_held_for_a_place_of_another_book_is_found(held, guest):
    line, other = accept(held, guest), BookFactory()
    assert found_by(BASKETS) == []
    CartItem.objects.update(book=other)

    assert found_by(BASKETS) == [
        f"basket line {line.pk} of book {other.pk}: held for place {held.pk}, of book {held.book_id}"
    ]


def order_with(voucher: Voucher, guest) -> Order:
    fill(guest, BookFactory())
    discounts.use_voucher(
        shopper=guest, code=voucher.code, email="nadia@example.org", now=timezone.now()
    )
    return place(guest)


@pytest.mark.parametrize(
    ("limit", "whose"), [("most_uses", "all shoppers"), ("most_uses_each", "one shopper")]
)
def test_a_voucher_that_was_used_too_often_is_found(delivery, guest, limit, whose):
    voucher = VoucherFactory()
    given_up, _one, _two = [order_with(voucher, guest) for _ in range(3)]
    decline(given_up.number)
    Voucher.objects.update(**{limit: 2})
    assert found_by(VOUCHERS) == []
    Voucher.objects.update(**{limit: 1})

    assert found_by(VOUCHERS) == [
        f"voucher {voucher.pk} ({voucher.code}): used 2 times by {whose}, at the most 1"
    ]


def test_a_limit_that_staff_have_lowered_since_is_right(delivery, guest):
    voucher = VoucherFactory()
    for _ in range(2):
        order_with(voucher, guest)
    Voucher.objects.update(most_uses=1)
    LogEntry.objects.log_actions(UserFactory().pk, [voucher], CHANGE, change_message="Uses")

    assert found_by(VOUCHERS) == []


@pytest.fixture
def invoices(delivery, guest) -> list[Invoice]:
    for _ in range(3):
        fill(guest, BookFactory())
        pay(place(guest).number)
    return list(Invoice.objects.order_by("number"))


def test_invoices_one_after_another_are_right(invoices):
    assert [invoice.number for invoice in invoices] == [1, 2, 3]
    assert findings() == []


def test_a_gap_between_invoices_is_found(invoices):
    with without_triggers("shop_invoice"):
        invoices[1].delete()

    assert found_by(INVOICES) == [f"invoice {invoices[2].pk}: number 3 comes after 1"]


def test_an_invoice_that_went_missing_at_the_end_is_found(invoices):
    with without_triggers("shop_invoice"):
        invoices[2].delete()

    assert found_by(INVOICES) == ["the last invoice has number 2, and the counter stands at 3"]


def test_a_counter_that_would_give_numbers_again_is_found(invoices):
    InvoiceCounter.objects.update(last=1)

    assert found_by(INVOICES) == ["the last invoice has number 3, and the counter stands at 1"]
