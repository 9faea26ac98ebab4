"""Baskets, ways of delivery and orders."""

from .carts import MOST_COPIES, Cart, CartItem
from .delivery import DeliveryMethod
from .orders import (
    GUEST_LINK_SALT,
    GUEST_LINK_SECONDS,
    NUMBER_ALPHABET,
    Order,
    OrderItem,
    new_order_number,
)

__all__ = [
    "GUEST_LINK_SALT",
    "GUEST_LINK_SECONDS",
    "MOST_COPIES",
    "NUMBER_ALPHABET",
    "Cart",
    "CartItem",
    "DeliveryMethod",
    "Order",
    "OrderItem",
    "new_order_number",
]
