"""Orders as they stand in the database, at any time, with no checkout before them."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from catalog.models import Book
from shop.fulfilment import FIRST_OF, OrderStatus
from shop.models import Order, OrderItem, Payment, Refund

DELIVERY = Decimal("2.95")


def sell(
    lines: dict[Book, int],
    *,
    at: datetime,
    status: str = "confirmed",
    discount: Decimal = Decimal(0),
) -> Order:
    """An order of so many copies that was closed at that time, with its payment if it was paid."""
    prices = {book: Decimal(book.price) for book in lines}
    books = sum((prices[book] * copies for book, copies in lines.items()), Decimal(0))
    off = discount * len(lines)
    order = Order.objects.create(
        status=status, fulfilment=FIRST_OF[OrderStatus(status)],
        closed_at=None if status == "pending" else at,
        placed_at=at - timedelta(minutes=5), pay_by=at, email="reader@example.org", country="GB",
        currency="GBP", delivery_name="By post", items_total=books, discount_total=off,
        delivery_total=DELIVERY, total=books - off + DELIVERY,
    )  # fmt: skip
    for book, copies in lines.items():
        OrderItem.objects.create(
            order=order, book=book, title=book.title, ean=book.ean, unit_price=prices[book],
            quantity=copies, discount=discount,
        )  # fmt: skip
    if status in ("confirmed", "cancelled"):
        Payment.objects.create(
            order=order, provider="demo", reference=str(uuid.uuid4()), status="paid",
            amount=order.total, currency="GBP", paid=order.total, opened_at=at, settled_at=at,
        )  # fmt: skip
    return order


def refund(
    order: Order,
    *,
    at: datetime,
    amount: Decimal = Decimal("1.50"),
    reason: str = "returned",
    status: str = "done",
) -> Refund:
    return Refund.objects.create(
        payment=order.payments.get(), amount=amount, reason=reason, status=status, asked_at=at,
        next_try_at=at if status == "asked" else None, who="a test",
    )  # fmt: skip
