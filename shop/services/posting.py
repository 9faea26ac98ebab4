"""Parcels leave, or wait in the shop for whoever collects them."""

from datetime import date, datetime

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from shop import delivery, emails
from shop.models import Order, OrderEvent, OrderItem

from .history import note


class CannotPost(Exception):
    """Base of every refusal to post an order; str() is for staff, and nothing was changed."""


class NotToBePosted(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s cannot be posted: %(state)s.")
        state = _("it is posted already") if order.is_posted else order.get_status_display()
        super().__init__(text % {"number": order.number, "state": state})


class NobodyIsKnown(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s has no address any more: its person had their data erased.")
        super().__init__(text % {"number": order.number})


class NothingIsLeft(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _("All copies of order %(number)s have been refunded: nothing is left to post.")
        super().__init__(text % {"number": order.number})


class NotBeforeItsDay(CannotPost):
    def __init__(self, order: Order, day: date) -> None:
        text = _("Nothing more of order %(number)s may be posted before %(day)s.")
        names = {"number": order.number, "day": formats.date_format(day, "j F Y")}
        super().__init__(text % names)


@transaction.atomic
def post_order(*, number: str, tracking: str, who: str, now: datetime) -> Order:
    """Note that a parcel of a paid order has left: all books whose day of sale has come.

    Books to come follow in a parcel of their own, by another call. The time to withdraw is counted
    from the last one. Raises CannotPost.
    """
    order = Order.objects.locked().get(number=number)
    if order.is_erased:
        raise NobodyIsKnown(order)
    if not order.is_confirmed or order.is_posted:
        raise NotToBePosted(order)
    waiting = [item for item in order.items.with_refunds() if _is_waiting(item)]
    ready = _ready(order, waiting, timezone.localdate(now))
    order.items.filter(pk__in=[item.pk for item in ready]).update(sent_at=now)
    is_last = len(ready) == len(waiting)
    order.note_parcel(tracking, now, delivery.latest_arrival(order, now) if is_last else None)
    kind = OrderEvent.Kind.POSTED if is_last else OrderEvent.Kind.PART_POSTED
    note(order, kind, who=who, now=now, words=tracking)
    emails.write_posted(order, ready, now)
    return order


def _is_waiting(item: OrderItem) -> bool:
    return item.sent_at is None and item.copies_left > 0


def _ready(order: Order, waiting: list[OrderItem], today: date) -> list[OrderItem]:
    if not waiting:
        raise NothingIsLeft(order)
    ready = [item for item in waiting if item.posted_on is None or item.posted_on <= today]
    if not ready:
        raise NotBeforeItsDay(order, min(item.posted_on for item in waiting if item.posted_on))
    return ready
