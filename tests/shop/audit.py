"""Whether the books balance: copies, money and invoices, looked at from outside."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from catalog.models import Book, StockMovement
from shop.models import Invoice, Order, OrderEvent, OrderItem


def wrong_books() -> list[str]:
    """Books whose stock is not what came in less what was sold, or not the sum of its movements."""
    sold = Counter(dict(copies_by_book(OrderItem.objects.filter(order__status="confirmed"))))
    moved = dict(copies_by_book(StockMovement.objects.all()))
    came = dict(copies_by_book(StockMovement.objects.filter(reason="opening")))
    return [
        str(book)
        for book in Book.objects.all()
        if not 0 <= book.stock == moved[book.pk] == came[book.pk] - sold[book.pk]
    ]


def copies_by_book(rows: QuerySet) -> Any:
    return rows.values_list("book_id").annotate(copies=Sum("quantity"))


def wrong_orders() -> list[str]:
    """Orders with another sum of money, other copies or another invoice than their state says."""
    return [
        f"{order} {order.status}"
        for order in Order.objects.prefetch_related("payments__refunds", "items", "events")
        if not (_is_over(order) and _has_its_money(order) and _has_its_copies(order))
        or _was_paid(order) != hasattr(order, "invoice")
    ]


def _is_over(order: Order) -> bool:
    [payment] = order.payments.all()
    refunds = payment.refunds.all()
    return not (order.is_pending or payment.is_open or any(refund.is_asked for refund in refunds))


def _has_its_money(order: Order) -> bool:
    kept = sum((payment.rest for payment in order.payments.all()), Decimal(0))
    return kept == (order.total if order.is_confirmed else 0)


def _has_its_copies(order: Order) -> bool:
    moved = dict(copies_by_book(StockMovement.objects.filter(order_number=order.number)))
    held = 1 if order.is_confirmed else 0
    return moved == {item.book_id: -item.quantity * held for item in order.items.all()}


def _was_paid(order: Order) -> bool:
    paid = (OrderEvent.Kind.PAID, OrderEvent.Kind.PAID_LATE)
    return any(event.kind in paid for event in order.events.all())


def invoice_numbers() -> list[int]:
    return list(Invoice.objects.order_by("number").values_list("number", flat=True))
