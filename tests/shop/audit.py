"""Whether all has come to rest, and the books balance: copies, money and invoices.

The sums that hold at any time are those of `manage.py audit`.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from catalog.models import Book, StockMovement
from shop.models import Invoice, Order, OrderEvent, OrderItem
from tests.audits import findings


def wrong_books() -> list[str]:
    """Books whose stock is not what came in less what was sold."""
    sold = Counter(dict(copies_by_book(OrderItem.objects.filter(order__status="confirmed"))))
    came = dict(copies_by_book(StockMovement.objects.filter(reason="opening")))
    return [
        str(book)
        for book in Book.objects.all()
        if not 0 <= book.stock == came[book.pk] - sold[book.pk]
    ]


def copies_by_book(rows: QuerySet) -> Any:
    return rows.values_list("book_id").annotate(copies=Sum("quantity"))


def wrong_orders() -> list[str]:
    """Orders that are not over, or with another sum of money or invoice than their state says.

    And whatever the shop's own audit finds.
    """
    return findings() + [
        f"{order} {order.status}"
        for order in Order.objects.prefetch_related("payments__refunds", "items", "events")
        if not (_is_over(order) and _has_its_money(order))
        or _was_paid(order) != hasattr(order, "invoice")
    ]


def _is_over(order: Order) -> bool:
    [payment] = order.payments.all()
    refunds = payment.refunds.all()
    return not (order.is_pending or payment.is_open or any(refund.is_asked for refund in refunds))


def _has_its_money(order: Order) -> bool:
    kept = sum((payment.rest for payment in order.payments.all()), Decimal(0))
    return kept == (order.total if order.is_confirmed else 0)


def _was_paid(order: Order) -> bool:
    paid = (OrderEvent.Kind.PAID, OrderEvent.Kind.PAID_LATE)
    return any(event.kind in paid for event in order.events.all())


def invoice_numbers() -> list[int]:
    return list(Invoice.objects.order_by("number").values_list("number", flat=True))
