"""An order is cancelled before it leaves, or leaves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import StockMovement
from shop import delivery, emails
from shop.models import Order, OrderEvent, Refund

from . import copies, refunds
from .history import note


class CannotCancel(Exception):
    """The order can no longer be cancelled; str() is for the shopper, and nothing was changed."""

    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s can no longer be cancelled.")
        if order.is_posted:
            text = _(
                "Order %(number)s is on its way already. You can withdraw from it and send it back."
            )
        super().__init__(text % {"number": order.number})


class CannotPost(Exception):
    """The order is not one to be posted; str() is for staff, and nothing was changed."""

    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s cannot be posted: %(state)s.")
        state = _("it is posted already") if order.is_posted else order.get_status_display()
        super().__init__(text % {"number": order.number, "state": state})


@transaction.atomic
def cancel_order(
    *,
    number: str,
    who: str,
    now: datetime,
    reason: Refund.Reason = Refund.Reason.CANCELLED,
) -> Order:
    """Cancel an order that has not been posted: its copies go on sale again, its money goes back.

    The lines of one that was not paid go into the basket again, for whoever only wanted to change
    something. Once however often it is told. `reason` is why the money goes back. Raises
    CannotCancel.
    """
    order = Order.objects.locked().get(number=number)
    if order.is_cancelled:
        return order
    if not order.can_be_cancelled:
        raise CannotCancel(order)
    was_pending = order.is_pending
    order.close(Order.Status.CANCELLED, now)
    note(order, OrderEvent.Kind.CANCELLED, who=who, now=now)
    if was_pending:
        copies.give_back(order, who=who, now=now)
    else:
        refunds.refund_rest(order, reason=reason, who=who, now=now)
        _put_on_sale(order, who=who, now=now)
    emails.write_cancelled(order, now)
    return order


def _put_on_sale(order: Order, *, who: str, now: datetime) -> None:
    """The copies of a paid order, without those that had come back already."""
    back = {item.book_id: item.quantity - item.restocked for item in order.items.with_restocked()}
    copies.put_on_sale(
        order,
        {book_id: count for book_id, count in back.items() if count},
        reason=StockMovement.Reason.CANCELLED,
        who=who,
        now=now,
    )


@transaction.atomic
def post_order(*, number: str, tracking: str, who: str, now: datetime) -> Order:
    """Note that the parcel of a paid order has left. Raises CannotPost."""
    order = Order.objects.locked().get(number=number)
    if not order.is_confirmed or order.is_posted:
        raise CannotPost(order)
    order.posted_at, order.tracking = now, tracking
    order.expected_on = delivery.latest_arrival(order, now)
    order.save(update_fields=["posted_at", "tracking", "expected_on"])
    note(order, OrderEvent.Kind.POSTED, who=who, now=now, words=tracking)
    emails.write_posted(order, now)
    return order
