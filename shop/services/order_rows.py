"""All rows of a new order in one statement, since five cost more of Python than of PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from shop.models import Order, OrderEvent, OrderItem, Payment

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
    SELECT placed.id, {payment_values} FROM placed WHERE %s RETURNING id
), emptied AS (
    DELETE FROM shop_cartitem WHERE cart_id = %s AND saved_at IS NULL
)
SELECT placed.id AS order_id, attempt.id AS payment_id FROM placed LEFT JOIN attempt ON true
"""


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
    with connection.cursor() as cursor:
        cursor.execute(_sql(), [list(each) if isinstance(each, tuple) else each for each in params])
        order.pk, payment.pk = cursor.fetchone()


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
