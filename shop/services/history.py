"""What became of an order, row by row."""

from datetime import datetime

from shop.models import Order, OrderEvent


def note(order: Order, kind: OrderEvent.Kind, *, who: str, now: datetime, words: str = "") -> None:
    """Add an event to the history of a locked order."""
    OrderEvent.objects.create(order=order, kind=kind, who=who, note=words[:300], at=now)
