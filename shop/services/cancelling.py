"""An order is cancelled before any of it leaves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import StockMovement
from shop import emails
from shop.models import Order, OrderEvent, Refund
from waitlist import holds

from . import copies, fulfilling, refunds
from .history import note


class CannotCancel(Exception):
    """The order can no longer be cancelled; str() is for the shopper, and nothing was changed."""

    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s can no longer be cancelled.")
        if order.has_left:
            text = _(
                "Order %(number)s is on its way already. You can withdraw from it and send it back."
            )
        super().__init__(text % {"number": order.number})


@transaction.atomic
def cancel_order(
    *,
    number: str,
    who: str,
    now: datetime,
    reason: Refund.Reason = Refund.Reason.CANCELLED,
) -> Order:
    """Cancel an order that has not been posted: its copies and its money go back.

    Copies go to those who wait for them, and on sale otherwise. The lines of one that was not paid
    go into the basket again, for whoever only wanted to change something. Once however often it is
    told. `reason` is why the money goes back. Raises CannotCancel.
    """
    order = Order.objects.locked().get(number=number)
    if order.is_cancelled:
        return order
    if not order.can_be_cancelled:
        raise CannotCancel(order)
    was_pending = order.is_pending
    fulfilling.move(order, to=Order.Fulfilment.CANCELLED, who=who, now=now)
    note(order, OrderEvent.Kind.CANCELLED, who=who, now=now)
    if was_pending:
        copies.give_back(order, who=who, now=now)
    else:
        refunds.refund_rest(order, reason=reason, who=who, now=now)
        _share_out(order, who=who, now=now)
    emails.write_cancelled(order, now)
    return order


def _share_out(order: Order, *, who: str, now: datetime) -> None:
    """The copies of a paid order, without those that came back already or were paid back and kept."""
    back = {item.book_id: item.quantity - item.gone for item in order.items.with_refunds()}
    holds.receive(
        {book_id: count for book_id, count in back.items() if count > 0},
        reason=StockMovement.Reason.CANCELLED,
        order_number=order.number,
        who=who,
        at=now,
    )
