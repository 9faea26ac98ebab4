"""What the shop writes to people about an order: each mail once, in the order of what happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts import outbox
from accounts.languages import language_of

from .models import Order, OrderItem, Refund, WebhookEvent, Withdrawal


def write_order_confirmation(order: Order, now: datetime) -> None:
    _write("order_confirmation", order, now, items=order.items.order_by("pk"))


def write_payment_failed(order: Order, now: datetime) -> None:
    _write("payment_failed", order, now, is_paid_for=order.is_paid_for)


def write_cancelled(order: Order, now: datetime) -> None:
    _write("order_cancelled", order, now, is_paid_for=order.is_paid_for)


def write_posted(order: Order, items: Sequence[OrderItem], now: datetime) -> None:
    """`items` are the lines of this parcel (OrderItemQuerySet.with_refunds)."""
    _write("order_posted", order, now, key=str(items[0].pk), items=items)


def write_refunded(order: Order, refund: Refund, now: datetime) -> None:
    items = refund.items.select_related("item").order_by("pk")
    _write("refunded", order, now, key=str(refund.pk), refund=refund, items=items)


def write_withdrawal_receipt(
    order: Order, withdrawal: Withdrawal, now: datetime, *, is_settled: bool
) -> None:
    """The receipt on a durable medium. `is_settled`: nothing has left, and all money goes back."""
    _write(
        "withdrawal_receipt",
        order,
        now,
        key=str(withdrawal.pk),
        withdrawal=withdrawal,
        is_settled=is_settled,
    )


def tell_staff_of_withdrawal(
    order: Order, withdrawal: Withdrawal, now: datetime, *, is_settled: bool
) -> None:
    _write(
        "staff_withdrawal",
        order,
        now,
        key=str(withdrawal.pk),
        to_staff=True,
        withdrawal=withdrawal,
        is_settled=is_settled,
    )


def tell_staff_of_refund(order: Order, refund: Refund, now: datetime) -> None:
    """Money came in that the shop sends back by itself: a late payment, or a second one."""
    _write("staff_refund", order, now, key=str(refund.pk), to_staff=True, refund=refund)


def tell_staff_of_failed_refund(order: Order, refund: Refund, now: datetime) -> None:
    _write("staff_refund_failed", order, now, key=str(refund.pk), to_staff=True, refund=refund)


def tell_staff_of_event(provider: str, kind: str, event: WebhookEvent, now: datetime) -> None:
    """The provider tells of something that the shop cannot book by itself."""
    context = {"provider": provider, "kind": kind, "event": event}
    to = settings.SHOP["email"]
    _send("staff_event", to, context, now, key=str(event.pk), language=settings.LANGUAGE_CODE)


def _write(
    template: str,
    order: Order,
    now: datetime,
    *,
    key: str = "",
    to_staff: bool = False,
    **more: Any,
) -> None:
    """Put a mail about a locked order into the outbox, once for each `key`.

    It is in the language of the order, and to staff in that of the shop. A shopper who had their
    data erased gets none: the shop no longer knows where.
    """
    if order.is_erased and not to_staff:
        return
    _send(
        template,
        settings.SHOP["email"] if to_staff else order.email,
        {"order": order, "order_url": settings.SITE_URL + order.guest_url, **more},
        now,
        key="-".join(filter(None, [order.number, key])),
        language=settings.LANGUAGE_CODE if to_staff else language_of(order),
        # Staff hear of it even if the shopper's mailbox is dead.
        thread="" if to_staff else order.number,
    )


def _send(
    template: str,
    to: str,
    context: dict[str, Any],
    now: datetime,
    *,
    key: str,
    language: str,
    thread: str = "",
) -> None:
    outbox.write_from(
        f"shop/emails/{template}",
        context,
        language=language,
        to=to,
        dedupe_key=f"{template.replace('_', '-')}-{key}",
        thread=thread,
        now=now,
    )
