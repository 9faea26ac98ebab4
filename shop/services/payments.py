"""An order is paid, or is not."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import StockMovement
from shop import cart as carts
from shop import emails
from shop.models import Cart, Order

log = logging.getLogger("bookstore.shop")


class CannotTakePayment(Exception):
    """The order no longer waits for a payment; str() is for the shopper."""

    def __init__(self, order: Order) -> None:
        self.order = order
        super().__init__(
            _("Order %(number)s no longer waits for a payment.") % {"number": order.number}
        )


@transaction.atomic
def confirm_payment(*, number: str, now: datetime) -> Order:
    """Note that an order is paid and write its mail, once however often it is told.

    Raises CannotTakePayment when the order has been given up.
    """
    order = Order.objects.locked().get(number=number)
    if order.is_confirmed:
        return order
    if not order.is_pending:
        raise CannotTakePayment(order)
    _close(order, Order.Status.CONFIRMED, now)
    emails.write_order_confirmation(order, now)
    return order


@transaction.atomic
def fail_payment(*, number: str, now: datetime) -> Order:
    """Note that an order will not be paid: its copies go back on sale, its lines into the basket.

    Once however often it is told. Raises CannotTakePayment when the order has been paid.
    """
    order = Order.objects.locked().get(number=number)
    if order.is_payment_failed:
        return order
    if not order.is_pending:
        raise CannotTakePayment(order)
    _give_up(order, who=_("payment declined"), now=now)
    return order


def expire_unpaid_orders(*, now: datetime) -> int:
    """Give up every order whose time to pay is over, each in its own transaction.

    Safe to run twice at once: an order that somebody else holds is left to them. An order that the
    database refuses to give up is logged, and keeps no other from it. Returns the count.
    """
    expired = 0
    for number in Order.objects.overdue(now).values_list("number", flat=True):
        try:
            expired += _expire(number, now)
        except DatabaseError:
            log.exception("order %s was not given up", number)
    return expired


@transaction.atomic
def _expire(number: str, now: datetime) -> bool:
    overdue = Order.objects.overdue(now).filter(number=number)
    order = overdue.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if order is None:
        return False
    _give_up(order, who=_("time to pay is over"), now=now)
    return True


def _give_up(order: Order, *, who: str, now: datetime) -> None:
    _close(order, Order.Status.PAYMENT_FAILED, now)
    items = list(order.items.all())
    cart = Cart.objects.locked().filter(pk=order.cart_id).first()
    if cart is not None and cart.merged_into_id:
        cart = Cart.objects.locked().filter(pk=cart.merged_into_id).first()
    if cart is not None:
        carts.put_back(cart, {item.book_id: (item.quantity, item.unit_price) for item in items})
    stock.record(
        {item.book_id: item.quantity for item in items},
        reason=StockMovement.Reason.NOT_PAID,
        order_number=order.number,
        who=who,
        at=now,
    )


def _close(order: Order, status: Order.Status, now: datetime) -> None:
    order.status, order.closed_at = status, now
    order.save(update_fields=["status", "closed_at"])
