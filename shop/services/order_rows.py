"""What a checkout reads and writes, in statements of its own.

Through the ORM each of them would cost more of Python than of PostgreSQL, and checkouts are what the
shop must do many of at a time.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from bookstore.postgresql import prepared
from catalog.models import Book
from catalog.querysets import SOLD_BY
from shop.cart import Shopper
from shop.held import as_seen
from shop.models import Cart, CartItem, Order, OrderEvent, OrderItem, Payment
from waitlist.models import PreBooking

# What says whether a copy is held for a place, and at which price.
_HELD_BY = ("id", "state", "order_number", "hold_until", "offer_price")
_BOOK = ("id", *SOLD_BY)
_LOCK_BASKET = "SELECT id, voucher_id FROM shop_cart WHERE {owner} = %s FOR NO KEY UPDATE"
_LINES = f"""
SELECT EXISTS (SELECT FROM shop_order WHERE idempotency_key = %s::uuid),
    item.id, item.quantity, {", ".join(f"place.{name}" for name in _HELD_BY)},
    {", ".join(f"book.{name}" for name in _BOOK)}
FROM shop_cartitem item JOIN catalog_book book ON book.id = item.book_id
    LEFT JOIN waitlist_prebooking place ON place.id = item.held_id
WHERE item.cart_id = %s AND item.saved_at IS NULL ORDER BY book.id
"""
_WRITE = """
WITH placed AS (
    INSERT INTO shop_order ({order}) VALUES ({order_values}) RETURNING id
), lines AS (
    INSERT INTO shop_orderitem (order_id, {item})
    SELECT placed.id, line.* FROM placed, unnest({item_values}) AS line
), history AS (
    INSERT INTO shop_orderevent (order_id, {event}) SELECT placed.id, {event_values} FROM placed
), attempt AS (
    INSERT INTO shop_payment (order_id, {payment})
    SELECT placed.id, {payment_values} FROM placed WHERE %s::boolean RETURNING id
), emptied AS (
    DELETE FROM shop_cartitem WHERE cart_id = %s AND saved_at IS NULL
)
SELECT placed.id AS order_id, attempt.id AS payment_id FROM placed LEFT JOIN attempt ON true
"""


def lock_basket(shopper: Shopper) -> Cart | None:
    """The shopper's basket, with its key and its voucher's, locked until the transaction ends."""
    owner, value = ("user_id", shopper.user.pk) if shopper.user else ("token", shopper.token)
    found = prepared.rows(_LOCK_BASKET.format(owner=owner), [value])
    return prepared.instance(Cart, ("id", "voucher_id"), found[0]) if found else None


def lines_to_buy(cart: Cart, key: uuid.UUID, now: datetime) -> tuple[list[CartItem], bool]:
    """The lines of a locked basket with what a sale goes by of their books, in the order of books;
    and whether there is an order of this idempotency key (unknown, and False, without lines).
    """
    found = prepared.rows(_LINES, [key, cart.pk])
    lines = as_seen((_line(cart, row) for row in found), now)
    return lines, any(row[0] for row in found)


def _line(cart: Cart, row: tuple[Any, ...]) -> CartItem:
    (_has_order, pk, quantity), rest = row[:3], row[3:]
    place, book = rest[: len(_HELD_BY)], rest[len(_HELD_BY) :]
    item = prepared.instance(CartItem, ("id", "quantity"), (pk, quantity))
    item.cart, item.book = cart, prepared.instance(Book, _BOOK, book)
    item.held = prepared.instance(PreBooking, _HELD_BY, place) if place[0] else None
    return item


def write(order: Order, items: Sequence[OrderItem], event: OrderEvent, payment: Payment) -> None:
    """Insert an order with its lines, the first row of its history and, if it costs anything, the
    first attempt at paying it; and empty the basket that it came from, but for what is saved.

    None of them may have been saved. They get their keys; the order names no key but its own.
    """
    params = [
        *_values(order),
        *zip(*(_values(item) for item in items), strict=True),
        *_values(event),
        *_values(payment),
        bool(order.total),
        order.cart_id,
    ]
    values = [list(each) if isinstance(each, tuple) else each for each in params]
    [(order.pk, payment.pk)] = prepared.rows(_sql(), values)


@cache
def _sql() -> str:
    names = {"order": Order, "item": OrderItem, "event": OrderEvent, "payment": Payment}
    parts = {}
    for name, model in names.items():
        fields = _fields(model)
        parts[name] = ", ".join(f'"{field.column}"' for field in fields)
        cast = "%s::{}[]" if model is OrderItem else "%s::{}"
        types = [_type(field) for field in fields]
        parts[f"{name}_values"] = ", ".join(cast.format(type_) for type_ in types)
    return _WRITE.format(**parts)


def _type(field: Field[Any, Any]) -> str:
    """Without its length: a cast would cut what is too long, where an insert refuses it."""
    return str(field.db_type(connection)).partition("(")[0]


@cache
def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    """What is written of a row: neither its own key nor that of the order, which nobody has yet."""
    left_out = ("id", "order")
    return [field for field in model._meta.concrete_fields if field.name not in left_out]


def _values(row: Model) -> list[Any]:
    return [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in _fields(type(row))
    ]
