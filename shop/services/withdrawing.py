"""Somebody withdraws from the contract for their books, as the law lets them."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from shop import emails
from shop.models import Order, OrderEvent, Refund, Withdrawal

from . import cancelling
from .history import note


class CannotWithdraw(Exception):
    """Base of every refusal of a withdrawal; str() is for the shopper, and nothing was changed."""


class NothingToWithdrawFrom(CannotWithdraw):
    def __init__(self, order: Order) -> None:
        text = _("Order %(number)s was not paid, so there is no contract to withdraw from.")
        if order.is_pending:
            text = _(
                "Order %(number)s is not paid yet. You can cancel it on its page, or leave it unpaid."
            )
        elif order.is_cancelled:
            text = _("Order %(number)s is cancelled already, so there is nothing to withdraw from.")
        super().__init__(text % {"number": order.number})


class TimeIsOver(CannotWithdraw):
    def __init__(self, order: Order, last: date) -> None:
        text = _(
            "The last day to withdraw from order %(number)s was %(day)s. If its last parcel came "
            "later than we thought, or a book is faulty, please write to us."
        )
        day = formats.date_format(last, "DATE_FORMAT")
        super().__init__(text % {"number": order.number, "day": day})


def check(order: Order, *, now: datetime) -> None:
    """Raises CannotWithdraw if nobody can withdraw from this order at `now`."""
    if not order.is_confirmed:
        raise NothingToWithdrawFrom(order)
    last = order.withdraw_until
    if last is not None and timezone.localtime(now).date() > last:
        raise TimeIsOver(order, last)


@transaction.atomic
def withdraw(
    *,
    number: str,
    key: uuid.UUID,
    name: str,
    email: str,
    words: str,
    now: datetime,
    staff: str = "",
) -> Withdrawal:
    """Take down that somebody withdraws from an order, or from the books that `words` name.

    `staff` is whoever of the staff fills it in for them, and stands in the history then.
    A whole order that has not been posted is cancelled and refunded with it. Everything else waits
    for staff, who get a mail. The same `key` again gives the same withdrawal. Raises CannotWithdraw.
    """
    order = Order.objects.locked().get(number=number)
    # Scoped to the order, so that a key says nothing of anybody else's.
    key = uuid.uuid5(key, str(order.pk))
    if known := order.withdrawals.filter(key=key).first():
        return known
    check(order, now=now)
    who = staff or name
    withdrawal = Withdrawal.objects.create(
        order=order, key=key, name=name, email=email, words=words, received_at=now
    )
    note(order, OrderEvent.Kind.WITHDRAWN, who=who, now=now, words=words)
    is_settled = withdrawal.is_whole and order.can_be_cancelled
    emails.write_withdrawal_receipt(order, withdrawal, now, is_settled=is_settled)
    emails.tell_staff_of_withdrawal(order, withdrawal, now, is_settled=is_settled)
    if is_settled:
        reason = Refund.Reason.WITHDRAWN
        cancelling.cancel_order(number=order.number, who=who, now=now, reason=reason)
    return withdrawal
