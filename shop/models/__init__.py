"""Baskets, ways of delivery, orders and the money for them."""

from .book_sales import BookSales
from .carts import MOST_COPIES, Cart, CartItem
from .delivery import DeliveryBand, DeliveryMethod
from .feed_runs import FeedProblem, FeedRun
from .feed_uploads import FeedUpload
from .goods_in import GoodsIn, GoodsInLine, GoodsInScan
from .history import Invoice, InvoiceCounter, OrderEvent, Withdrawal
from .moves import FulfilmentMove, OrderNote
from .order_items import OrderItem
from .order_rules import NOBODY
from .orders import (
    GUEST_LINK_SALT,
    GUEST_LINK_SECONDS,
    NUMBER_ALPHABET,
    NUMBER_LENGTH,
    TO_WITHDRAW,
    BillingAddress,
    Order,
    new_order_number,
    plain_number,
)
from .payments import Payment, Refund, RefundItem, WebhookEvent
from .refund_requests import RefundRequest, RefundRequestItem
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
    "BookSales",
    "Cart",
    "CartItem",
    "DeliveryBand",
    "DeliveryMethod",
    "FeedProblem",
    "FeedRun",
    "FeedUpload",
    "FulfilmentMove",
    "GoodsIn",
    "GoodsInLine",
    "GoodsInScan",
    "Invoice",
    "InvoiceCounter",
    "Order",
    "OrderEvent",
    "OrderItem",
    "OrderNote",
    "Payment",
    "Refund",
    "RefundItem",
    "RefundRequest",
    "RefundRequestItem",
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
