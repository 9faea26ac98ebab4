"""Mails about orders, all of it made up: see accounts/samples.py."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.samples import Sample

from .models import Order, OrderItem, Refund, RefundItem, WebhookEvent, Withdrawal

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
# No key that a row may have: a page about it is not there.
NO_KEY = 0


def _order(**facts: Any) -> Order:
    known = {
        "number": "K7MW2QXN",
        "name": "Nadia Rahman",
        "line1": "1 Some Street",
        "city": "Bristol",
        "postcode": "BS1 4ZZ",
        "country": "GB",
        "placed_at": NOON,
        "cart_id": NO_KEY,
        "delivery_name": "Tracked, to your door",
        "items_total": Decimal("44.97"),
        "voucher_code": "SPRING",
        "discount_total": Decimal("4.50"),
        "delivery_total": Decimal("2.95"),
        "total": Decimal("43.42"),
    }
    return Order(pk=NO_KEY, **{**known, **facts})


def _posted(**facts: Any) -> Order:
    left = {"first_posted_at": NOON, "posted_at": NOON, "expected_on": date(2026, 11, 30)}
    return _order(**left, tracking="https://post.example/track?parcel=8Q4", **facts)


def _items() -> list[OrderItem]:
    items = [
        OrderItem(title="Frankenstein", unit_price=Decimal("9.99"), quantity=2),
        OrderItem(
            title="The Waves", unit_price=Decimal("24.99"), quantity=1, posted_on=date(2027, 1, 14)
        ),
    ]
    for item in items:
        # What OrderItemQuerySet.with_refunds() would know.
        item.refunded = item.restocked = 0  # type: ignore[attr-defined]
    return items


def _about(order: Order, **more: Any) -> Mapping[str, Any]:
    return {"order": order, "order_url": settings.SITE_URL + order.guest_url, **more}


def _refund(**facts: Any) -> Mapping[str, Any]:
    refund = Refund(amount=Decimal("19.98"), **{"reason": Refund.Reason.RETURNED, **facts})
    items = [RefundItem(item=_items()[0], copies=2)]
    return _about(_posted(), refund=refund, items=items)


def _withdrawal(order: Order, *, is_settled: bool = False, words: str = "") -> Mapping[str, Any]:
    withdrawal = Withdrawal(
        order=order,
        name="Nadia Rahman",
        email="nadia@example.org",
        words=words,
        received_at=NOON,
    )
    return _about(order, withdrawal=withdrawal, is_settled=is_settled)


def _event() -> Mapping[str, Any]:
    event = WebhookEvent(pk=NO_KEY)
    return {"provider": "stripe", "kind": "charge.dispute.created", "event": event}


def _sample(name: str, title: Any, context: Any, *, of: str = "") -> Sample:
    template = of or name.replace("-", "_")
    return Sample(name, title, f"shop/emails/{template}", context)


HEADING = _("Orders")
SAMPLES = [
    _sample("order-confirmation", _("An order is paid"), lambda: _about(_order(), items=_items())),
    _sample("order-confirmation-collected", _("An order is paid, to be collected"),
            lambda: _about(_order(is_collected=True), items=_items()), of="order_confirmation"),
    _sample("order-posted", _("An order is posted"), lambda: _about(_posted(), items=_items())),
    _sample("order-posted-in-part", _("A part of an order is posted"),
            lambda: _about(_order(first_posted_at=NOON), items=_items()[:1]), of="order_posted"),
    _sample("order-posted-collected", _("An order is ready to collect"),
            lambda: _about(_posted(is_collected=True), items=_items()), of="order_posted"),
    _sample("payment-failed", _("An order was not paid"),
            lambda: _about(_order(), is_paid_for=False)),
    _sample("order-cancelled", _("An order is cancelled"),
            lambda: _about(_order(), is_paid_for=True)),
    _sample("refunded", _("Money was refunded"), lambda: _refund(note="Thank you for the photos.")),
    _sample("withdrawal-receipt", _("Receipt of a withdrawal"), lambda: _withdrawal(_posted())),
    _sample("withdrawal-receipt-settled", _("Receipt of a withdrawal before the parcel left"),
            lambda: _withdrawal(_order(), is_settled=True), of="withdrawal_receipt"),
    _sample("staff-withdrawal", _("To staff: a withdrawal"),
            lambda: _withdrawal(_order(), words="The Waves")),
    _sample("staff-refund", _("To staff: money goes back by itself"),
            lambda: _refund(reason=Refund.Reason.LATE)),
    _sample("staff-refund-failed", _("To staff: a refund failed"),
            lambda: _refund(last_error="The card is closed.")),
    _sample("staff-event", _("To staff: word of a payment provider"), _event),
]  # fmt: skip
