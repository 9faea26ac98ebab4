"""A basket becomes an order."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import stock
from catalog.models import Book
from shop.cart import Basket, Shopper
from shop.models import Cart, CartItem, DeliveryMethod, Order, OrderEvent, OrderItem, Payment

from .history import note
from .payments import attempt_fields, confirm


class CannotPlaceOrder(Exception):
    """Base of every refusal to take an order; str() is for the shopper, and nothing was changed."""


class BasketIsEmpty(CannotPlaceOrder):
    def __init__(self) -> None:
        super().__init__(_("Your basket is empty."))


class BookNotForSale(CannotPlaceOrder):
    def __init__(self, book: Book) -> None:
        text = _("“%(title)s” can no longer be bought. Please take it out of your basket.")
        super().__init__(text % {"title": book.title})


class NotEnoughCopies(CannotPlaceOrder):
    def __init__(self, book: Book) -> None:
        text = ngettext(
            "Only one copy of “%(title)s” is left. Please change your basket.",
            "Only %(left)d copies of “%(title)s” are left. Please change your basket.",
            book.stock,
        )
        if book.stock < 1:
            text = _("“%(title)s” has just sold out. Please take it out of your basket.")
        super().__init__(text % {"title": book.title, "left": book.stock})


class BasketChanged(CannotPlaceOrder):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Your basket or a price has changed since this page was shown. "
                "Please look at the total again before you order."
            )
        )


class NoSuchDelivery(CannotPlaceOrder):
    def __init__(self) -> None:
        super().__init__(_("That way of delivery is no longer offered. Please choose another."))


@dataclass(frozen=True)
class Address:
    """Who the parcel goes to, as the form has checked it."""

    email: str
    name: str
    line1: str
    line2: str
    city: str
    postcode: str
    country: str
    phone: str


@transaction.atomic
def place_order(
    *,
    shopper: Shopper,
    address: Address,
    delivery_id: int,
    seen: str,
    form_key: uuid.UUID,
    now: datetime,
) -> Order:
    """Turn the basket into a PENDING order and take its copies out of stock.

    An order that costs nothing is CONFIRMED at once.

    `seen` is the digest of what the page showed (Basket.seen_with); `form_key` names the form, and a
    form sent twice gives the first order again. Raises a CannotPlaceOrder and changes nothing when
    the basket is empty, a book cannot be had in these copies, or anything differs from what was seen.
    """
    cart = Cart.objects.of(shopper).locked().first()
    if cart is None:
        raise BasketIsEmpty
    # Scoped to the basket, so that nobody meets another shopper's order by guessing a key.
    key = uuid.uuid5(form_key, str(cart.pk))
    if placed := Order.objects.filter(idempotency_key=key).first():
        return placed
    items = _items_of(cart)
    methods = list(DeliveryMethod.objects.offered())
    # Everything above is prepared before the books are locked: that lock is what others wait for.
    books = stock.lock(item.book_id for item in items)
    _check(items, books, methods, seen)
    order = _write_order(cart, items, shopper, address, _chosen(methods, delivery_id), key, now)
    stock.take(
        books,
        {item.book_id: item.quantity for item in items},
        order_number=order.number,
        who=shopper.label,
        at=now,
    )
    cart.items.to_buy().delete()
    if not order.total:
        confirm(order, who=shopper.label, now=now)
    return order


def _items_of(cart: Cart) -> list[CartItem]:
    items = list(cart.items.to_buy().order_by("book_id"))
    if not items:
        raise BasketIsEmpty
    return items


def _check(
    items: list[CartItem], books: dict[int, Book], methods: list[DeliveryMethod], seen: str
) -> None:
    for item in items:
        item.book = books[item.book_id]
        if item.book.stock < item.quantity and item.book.price is not None:
            raise NotEnoughCopies(item.book)
        if not item.can_buy:
            raise BookNotForSale(item.book)
    if Basket(items).seen_with(methods) != seen:
        raise BasketChanged


def _chosen(methods: list[DeliveryMethod], delivery_id: int) -> DeliveryMethod:
    method = next((method for method in methods if method.pk == delivery_id), None)
    if method is None:
        raise NoSuchDelivery
    return method


def _write_order(
    cart: Cart,
    items: list[CartItem],
    shopper: Shopper,
    address: Address,
    method: DeliveryMethod,
    key: uuid.UUID,
    now: datetime,
) -> Order:
    basket = Basket(items)
    items_total, delivery_total = basket.total, method.price_for(basket.goods)
    order = Order.objects.create(
        user=shopper.user,
        cart=cart,
        idempotency_key=key,
        placed_at=now,
        pay_by=now + timedelta(minutes=settings.PAYMENT_MINUTES),
        currency=settings.SHOP["currency"],
        delivery_name=method.name,
        delivery_days=method.days_to,
        items_total=items_total,
        delivery_total=delivery_total,
        total=items_total + delivery_total,
        **asdict(address),
    )
    OrderItem.objects.bulk_create(_as_sold(order, item) for item in items)
    note(order, OrderEvent.Kind.PLACED, who=shopper.label, now=now)
    if order.total:
        Payment.objects.create(**attempt_fields(order, now))
    return order


def _as_sold(order: Order, item: CartItem) -> OrderItem:
    # What has no price cannot be bought, and _check has refused it.
    assert item.book.price is not None
    return OrderItem(
        order=order,
        book=item.book,
        title=item.book.title,
        ean=item.book.ean,
        unit_price=item.book.price,
        quantity=item.quantity,
    )
