"""An order goes from one state to the next: see shop/fulfilment.py for which may follow which."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from shop.delivery import latest_arrival
from shop.fulfilment import IN_THE_SHOP, STATUS_OF, Fulfilment, may_move
from shop.models import FulfilmentMove, Order, OrderEvent, Refund

from .history import note

# What the shopper is told of on the page of their order, too.
EVENTS = {
    Fulfilment.DELIVERED: OrderEvent.Kind.DELIVERED,
    Fulfilment.COLLECTED: OrderEvent.Kind.COLLECTED,
    Fulfilment.RETURNED: OrderEvent.Kind.RETURNED,
}
# Somebody has fetched copies for the parcel.
BEGUN = (Fulfilment.PICKING, Fulfilment.PACKED)
# What staff do with nothing but a word, and that word. All other moves come with money, mail or a
# parcel.
BY_A_WORD = {
    Fulfilment.PICKING: pgettext_lazy("what staff do with an order", "Begin to pick"),
    Fulfilment.PACKED: pgettext_lazy("what staff do with an order", "Packed"),
    Fulfilment.PAID: pgettext_lazy("what staff do with an order", "Put back, not begun"),
    Fulfilment.DELIVERED: pgettext_lazy("what staff do with an order", "Delivered"),
    Fulfilment.COLLECTED: pgettext_lazy("what staff do with an order", "Collected"),
    Fulfilment.RETURNED: pgettext_lazy("what staff do with an order", "Came back"),
}


class CannotMove(Exception):
    """The order cannot go there from where it is; str() is for staff, and nothing was changed."""

    def __init__(self, order: Order, to: Fulfilment) -> None:
        text = _("Order %(number)s is “%(state)s” and cannot become “%(next)s”.")
        names = {"number": order.number, "state": order.get_fulfilment_display(), "next": to.label}
        super().__init__(text % names)


def move(order: Order, *, to: Fulfilment, who: str, now: datetime) -> None:
    """Take a locked order to its next state, and its money status with it.

    The database writes both, as it is told by the row of this move. Raises CannotMove.
    """
    if not may_move(order.fulfilment, to):
        raise CannotMove(order, to)
    FulfilmentMove.objects.create(order=order, was=order.fulfilment, becomes=to, who=who, at=now)
    order.fulfilment = to
    if order.status != STATUS_OF[to]:
        order.status, order.closed_at = STATUS_OF[to], now


@transaction.atomic
def take(*, number: str, to: Fulfilment, who: str, now: datetime) -> Order:
    """Staff say that an order is picked, packed, delivered, collected, come back or not begun after
    all. Raises CannotMove, also when it is there already: somebody else was quicker.
    """
    order = Order.objects.locked().get(number=number)
    if to not in steps(order):
        raise CannotMove(order, to)
    move(order, to=to, who=who, now=now)
    if to in EVENTS:
        note(order, EVENTS[to], who=who, now=now)
    return order


@transaction.atomic
def begin_picking(*, order_ids: Sequence[int], who: str, now: datetime) -> int:
    """Somebody fetches the books of these orders. Those that are not PAID are left as they are: they
    are being picked already, or were cancelled. Returns how many were begun.
    """
    orders = Order.objects.locked().filter(pk__in=order_ids)
    paid = [order for order in orders if order.fulfilment == Fulfilment.PAID]
    for order in paid:
        move(order, to=Fulfilment.PICKING, who=who, now=now)
    return len(paid)


def steps(order: Order) -> list[Fulfilment]:
    """Where staff may take it by a word, as things are."""
    # Only money makes an order paid; what is in the shop already can be put back to the beginning.
    if not order.is_confirmed:
        return []
    is_here = order.fulfilment in IN_THE_SHOP
    steps = [to for to in BY_A_WORD if may_move(order.fulfilment, to)]
    return [to for to in steps if is_here or to != Fulfilment.PAID]


def after_refund(order: Order, refund: Refund, *, who: str, now: datetime) -> None:
    """Copies of a locked order were paid back, or that failed: it goes where its copies say.

    It is REFUNDED when all of them were paid back, and sent when the others had left before; the last
    parcel is the one with those, and the time to withdraw is counted from it. One that was REFUNDED
    is to be sent after all when its refund failed and copies of it are still here. One that is being
    picked or packed with other copies than are to leave now is begun again.
    """
    lines = list(order.items.with_refunds())
    is_to_send = any(line.is_to_send for line in lines)
    if not any(line.copies_left for line in lines):
        if may_move(order.fulfilment, Fulfilment.REFUNDED):
            move(order, to=Fulfilment.REFUNDED, who=who, now=now)
    elif order.fulfilment in IN_THE_SHOP and not is_to_send:
        left_at = max(line.sent_at for line in lines if line.sent_at)
        order.note_parcel(order.tracking, left_at, latest_arrival(order, left_at))
        move(order, to=sent(order), who=who, now=now)
    elif is_to_send and _begins_again(order, refund):
        move(order, to=Fulfilment.PAID, who=who, now=now)


def _begins_again(order: Order, refund: Refund) -> bool:
    """Whether an order of which copies are to be sent is to be picked anew."""
    if order.fulfilment == Fulfilment.REFUNDED:
        return not order.is_posted
    return order.fulfilment in BEGUN and _changes_the_parcel(refund)


def _changes_the_parcel(refund: Refund) -> bool:
    """Whether other copies are to leave than before it was promised, failed or was sent again."""
    lines = refund.items.filter(item__sent_at__isnull=True)
    if refund.has_failed or refund.again_of_id:
        # What is on sale again had left the parcel when it was first promised.
        lines = lines.filter(is_restocked=False)
    return lines.exists()


def sent(order: Order) -> Fulfilment:
    """What an order is when all of it has left or is ready."""
    return Fulfilment.READY if order.is_collected else Fulfilment.POSTED
