"""What must never be, the database refuses, whoever writes."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from shop.models import Cart, CartItem, Order, OrderItem
from tests.factories import BookFactory, UserFactory, VoucherFactory

pytestmark = pytest.mark.django_db


def refused_by(write) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return refusal.value.__cause__.diag.constraint_name


def order(**changes) -> Order:
    now = timezone.now()
    fields = {
        "placed_at": now,
        "pay_by": now,
        "email": "nadia@example.org",
        "country": "GB",
        "currency": "GBP",
        "items_total": Decimal("10.00"),
        "delivery_total": Decimal("2.95"),
        "total": Decimal("12.95"),
    }
    return Order(**{**fields, **changes})


def cart() -> Cart:
    return Cart.objects.create(token=uuid.uuid4(), updated_at=timezone.now())


@pytest.mark.parametrize("total", ["12.94", "12.96", "0"])
def test_a_total_that_does_not_add_up(total):
    assert refused_by(order(total=Decimal(total)).save) == "shop_order_total_adds_up"


@pytest.mark.parametrize(
    "totals",
    [
        {"items_total": Decimal(-1), "total": Decimal("1.95")},
        {"delivery_total": Decimal(-1), "total": Decimal("9.00")},
    ],
)
def test_a_negative_total(totals):
    # The discount and the tax have no room in it either, and the database names one rule of several.
    assert refused_by(order(**totals).save) in (
        "shop_order_discount_within_books",
        "shop_order_tax_within_totals",
        "shop_order_totals_not_negative",
    )


def test_a_paid_order_without_the_time_it_was_paid():
    assert refused_by(order(status="confirmed").save) == "shop_order_closed_unless_pending"


def test_a_waiting_order_with_the_time_it_was_paid():
    waiting = order(closed_at=timezone.now())

    assert refused_by(waiting.save) == "shop_order_closed_unless_pending"


def test_two_orders_with_one_key():
    first = order()
    first.save()

    assert "idempotency_key" in refused_by(order(idempotency_key=first.idempotency_key).save)


def test_two_orders_with_one_number():
    first = order()
    first.save()

    assert "number" in refused_by(order(number=first.number).save)


def test_a_discount_is_part_of_the_total():
    cheaper = order(discount_total=Decimal("1.00"))

    assert refused_by(cheaper.save) == "shop_order_total_adds_up"
    cheaper.total -= 1
    cheaper.save()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"discount_total": "-1.00", "total": "13.95"}, "shop_order_discount_within_books"),
        ({"discount_total": "10.01", "total": "2.94"}, "shop_order_discount_within_books"),
        ({"delivery_tax": "-0.01"}, "shop_order_tax_within_totals"),
        ({"delivery_tax": "2.96", "tax_total": "2.96"}, "shop_order_tax_within_totals"),
        ({"delivery_tax": "0.50", "tax_total": "0.49"}, "shop_order_tax_within_totals"),
        ({"tax_total": "12.96"}, "shop_order_tax_within_totals"),
        ({"delivery_tax_rate": "-1"}, "shop_order_delivery_tax_rate_from_0_to_100"),
    ],
)
def test_a_discount_or_a_tax_that_no_order_can_have(fields, constraint):
    odd = order(**{name: Decimal(value) for name, value in fields.items()})

    assert refused_by(odd.save) == constraint


def test_a_voucher_without_the_code_it_had():
    assert refused_by(order(voucher=VoucherFactory()).save) == "shop_order_voucher_with_its_code"


def test_a_voucher_that_an_order_names_is_kept():
    voucher = VoucherFactory(code="TEN")
    order(voucher=voucher, voucher_code="TEN").save()

    with pytest.raises(ProtectedError):
        voucher.delete()


def test_a_voucher_in_a_basket_may_go():
    basket, voucher = cart(), VoucherFactory()
    Cart.objects.filter(pk=basket.pk).update(voucher=voucher)

    voucher.delete()

    basket.refresh_from_db()
    assert basket.voucher is None


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"discount": "-0.01"}, "shop_orderitem_discount_within_price"),
        ({"discount": "20.01"}, "shop_orderitem_discount_within_price"),
        ({"tax": "-0.01"}, "shop_orderitem_tax_within_paid"),
        ({"discount": "15.00", "tax": "5.01"}, "shop_orderitem_tax_within_paid"),
        ({"tax_rate": "-0.01"}, "shop_orderitem_tax_rate_from_0_to_100"),
    ],
)
def test_a_discount_or_a_tax_that_no_line_can_have(fields, constraint):
    placed = order()
    placed.save()
    amounts = {name: Decimal(value) for name, value in fields.items()}
    sold = OrderItem(order=placed, book=BookFactory(), quantity=2, unit_price=10, **amounts)

    assert refused_by(sold.save) == constraint


def test_a_line_taxed_as_delivery():
    placed = order()
    placed.save()
    sold = OrderItem(
        order=placed, book=BookFactory(), quantity=1, unit_price=1, tax_class="delivery"
    )

    assert refused_by(sold.save) == "shop_orderitem_tax_class_of_goods"


@pytest.mark.parametrize("quantity", [0, 100])
def test_lines_of_no_or_too_many_copies(quantity):
    book, basket, placed = BookFactory(), cart(), order()
    placed.save()
    in_basket = CartItem(cart=basket, book=book, quantity=quantity, price_seen=1)
    sold = OrderItem(order=placed, book=book, quantity=quantity, unit_price=1)

    assert refused_by(in_basket.save) == "shop_cartitem_quantity_1_to_99"
    assert refused_by(sold.save) == "shop_orderitem_quantity_1_to_99"


def test_more_copies_seen_missing_than_were_chosen():
    line = CartItem(cart=cart(), book=BookFactory(), quantity=2, price_seen=1, missing_seen=3)

    assert refused_by(line.save) == "shop_cartitem_no_more_missing_than_chosen"


def test_a_book_twice_in_one_basket():
    book, basket = BookFactory(), cart()
    CartItem.objects.create(cart=basket, book=book, quantity=1, price_seen=1)
    again = CartItem(cart=basket, book=book, quantity=1, price_seen=1)

    assert refused_by(again.save) == "shop_cartitem_once_per_book"


def test_a_basket_of_nobody_or_of_two():
    nobodys = Cart(updated_at=timezone.now())
    of_two = Cart(user=UserFactory(), token=uuid.uuid4(), updated_at=timezone.now())

    assert refused_by(nobodys.save) == "shop_cart_of_a_user_or_a_visitor"
    assert refused_by(of_two.save) == "shop_cart_of_a_user_or_a_visitor"


def test_a_book_given_away_as_sold():
    placed = order()
    placed.save()
    gift = OrderItem(order=placed, book=BookFactory(), quantity=1, unit_price=0)

    assert refused_by(gift.save) == "shop_orderitem_price_positive"


def test_an_order_to_no_country():
    assert refused_by(order(country="").save) == "shop_order_has_a_country"
