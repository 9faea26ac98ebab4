"""Parcels leave, or wait in the shop for whoever collects them."""

from datetime import date, datetime

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from shop import delivery, emails
from shop.fulfilment import IN_THE_SHOP
from shop.models import Order, OrderEvent, OrderItem

from . import fulfilling
from .history import note

# What the shopper reads on the page of the order, by what it becomes with the parcel.
KINDS = {
    Order.Fulfilment.PAID: OrderEvent.Kind.PART_POSTED,
    Order.Fulfilment.POSTED: OrderEvent.Kind.POSTED,
    Order.Fulfilment.READY: OrderEvent.Kind.READY,
}


class CannotPost(Exception):
    """Base of every refusal to post an order; str() is for staff, and nothing was changed."""


class NotToBePosted(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s cannot be posted: %(state)s.")
        state = _("it is posted already") if order.is_posted else order.get_fulfilment_display()
        state = state if order.is_confirmed else order.get_status_display()
        super().__init__(text % {"number": order.number, "state": state})


class NotCollected(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s is not collected in the shop: it goes by post.")
        super().__init__(text % {"number": order.number})


class NobodyIsKnown(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s has no address any more: its person had their data erased.")
        super().__init__(text % {"number": order.number})


class NothingIsLeft(CannotPost):
    def __init__(self, order: Order) -> None:
        text = _(
            "Nothing of order %(number)s is left to post: its copies were refunded, or are on sale "
            "again."
        )
        super().__init__(text % {"number": order.number})


class NotBeforeItsDay(CannotPost):
    def __init__(self, order: Order, day: date) -> None:
        text = _("Nothing more of order %(number)s may be posted before %(day)s.")
        names = {"number": order.number, "day": formats.date_format(day, "DATE_FORMAT")}
        super().__init__(text % names)


@transaction.atomic
def post_order(*, number: str, tracking: str, who: str, now: datetime) -> Order:
    """Note that a parcel of a paid order has left: all books whose day of sale has come.

    Books to come follow in a parcel of their own, by another call. The time to withdraw is counted
    from the last one; until that is sent, the rest is picked and packed as a new order is. One that
    is collected is ready in the shop then. Raises CannotPost.
    """
    order = Order.objects.locked().get(number=number)
    _check(order)
    waiting = [item for item in order.items.with_refunds() if item.is_to_send]
    ready = _ready(order, waiting, timezone.localdate(now))
    order.items.filter(pk__in=[item.pk for item in ready]).update(sent_at=now)
    is_last = len(ready) == len(waiting)
    order.note_parcel(tracking, now, delivery.latest_arrival(order, now) if is_last else None)
    becomes = fulfilling.sent(order) if is_last else Order.Fulfilment.PAID
    if becomes != order.fulfilment:
        fulfilling.move(order, to=becomes, who=who, now=now)
    kind = KINDS[becomes]
    if order.is_collected and not is_last:
        kind = OrderEvent.Kind.PART_READY
    note(order, kind, who=who, now=now, words=tracking)
    emails.write_posted(order, ready, now)
    return order


@transaction.atomic
def make_ready(*, number: str, who: str, now: datetime) -> Order:
    """Note that a paid order is ready in the shop. Raises CannotPost, also if it is to be posted."""
    order = Order.objects.locked().get(number=number)
    if not order.is_collected:
        raise NotCollected(order)
    return post_order(number=number, tracking="", who=who, now=now)


def _check(order: Order) -> None:
    if order.is_erased:
        raise NobodyIsKnown(order)
    if order.fulfilment == Order.Fulfilment.REFUNDED and not order.is_posted:
        raise NothingIsLeft(order)
    if order.is_posted or order.fulfilment not in IN_THE_SHOP:
        raise NotToBePosted(order)


def _ready(order: Order, waiting: list[OrderItem], today: date) -> list[OrderItem]:
    if not waiting:
        raise NothingIsLeft(order)
    ready = [item for item in waiting if not item.waits_on(today)]
    if not ready:
        raise NotBeforeItsDay(order, min(item.posted_on for item in waiting if item.posted_on))
    return ready
