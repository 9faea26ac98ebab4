"""Baskets, ways of delivery, orders and the money for them."""

from .carts import MOST_COPIES, Cart, CartItem
from .delivery import DeliveryBand, DeliveryMethod
from .history import Invoice, InvoiceCounter, OrderEvent, Withdrawal
from .order_items import OrderItem
from .orders import (
    GUEST_LINK_SALT,
    GUEST_LINK_SECONDS,
    NOBODY,
    NUMBER_ALPHABET,
    NUMBER_LENGTH,
    TO_WITHDRAW,
    BillingAddress,
    Order,
    new_order_number,
    plain_number,
)
from .payments import Payment, Refund, RefundItem, WebhookEvent
from .stock_takes import MOST_COUNTED, StockTake, StockTakeLine, StockTakeScan
from .tax import TaxRate
from .vouchers import Voucher

__all__ = [
    "GUEST_LINK_SALT",
    "GUEST_LINK_SECONDS",
    "MOST_COPIES",
    "MOST_COUNTED",
    "NOBODY",
    "NUMBER_ALPHABET",
    "NUMBER_LENGTH",
    "TO_WITHDRAW",
    "BillingAddress",
    "Cart",
    "CartItem",
    "DeliveryBand",
    "DeliveryMethod",
    "Invoice",
    "InvoiceCounter",
    "Order",
    "OrderEvent",
    "OrderItem",
    "Payment",
    "Refund",
    "RefundItem",
    "StockTake",
    "StockTakeLine",
    "StockTakeScan",
    "TaxRate",
    "Voucher",
    "WebhookEvent",
    "Withdrawal",
    "new_order_number",
    "plain_number",
]
