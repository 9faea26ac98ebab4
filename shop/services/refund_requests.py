"""Staff give money back: a little alone, and more than that when two of them agree.

What counts is all that one person has given back of one order alone, so that nobody gets past it
with several small refunds. Nothing is reserved while a request waits: when it is approved, all is
looked at again under the lock of the order.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.money import format_money
from shop.models import Order, OrderItem, Refund, RefundRequest, RefundRequestItem

from . import cancelling, refunds
from .refunds import CannotRefund

Status = RefundRequest.Status


class AskedAlready(CannotRefund):
    def __init__(self, request: RefundRequest) -> None:
        text = _("%(who)s has asked to cancel this order already, which waits for a second person.")
        super().__init__(text % {"who": request.asked_by})


class DecidedAlready(CannotRefund):
    def __init__(self) -> None:
        super().__init__(_("Somebody has decided on this request already."))


class YourOwnRequest(CannotRefund):
    def __init__(self) -> None:
        super().__init__(_("You asked for this refund yourself, so somebody else has to decide."))


class AnotherSum(CannotRefund):
    def __init__(self, asked: Decimal, now: Decimal) -> None:
        text = _(
            "It would come to %(now)s by now and not to %(asked)s, since something has gone back "
            "meanwhile. Decline it, and have it asked for anew."
        )
        super().__init__(text % {"asked": format_money(asked), "now": format_money(now)})


class HasLeftMeanwhile(CannotRefund):
    def __init__(self, item: OrderItem) -> None:
        text = _(
            "“%(title)s” has left the shop since this was asked for, so no copies of it can go on "
            "sale again. Decline it, and have it asked for anew."
        )
        super().__init__(text % {"title": item.title})


def left_alone(order: Order, *, by: User) -> Decimal:
    """How much more of an order this person may give back without a second one."""
    given = RefundRequest.objects.given_alone(order, by)
    return max(settings.REFUND_ALONE_UP_TO - given, Decimal(0))


@transaction.atomic
def ask(
    *,
    number: str,
    quantities: Mapping[int, int],
    delivery: Decimal,
    goodwill: Decimal,
    restock: bool,
    reason: Refund.Reason,
    words: str,
    key: uuid.UUID,
    by: User,
    now: datetime,
) -> RefundRequest:
    """Refund what refunds.refund_lines() would, or have it wait for a second person.

    `key` names the form: sent twice it is one request. Raises CannotRefund and changes nothing when
    there is nothing to refund, or more than is left to.
    """
    order = Order.objects.locked().get(number=number)
    # Scoped, so that a key that was another person's, or of another order, is none.
    key = uuid.uuid5(key, f"{order.pk} {by.pk}")
    if known := RefundRequest.objects.filter(key=key).first():
        return known
    planned = refunds.plan(order, quantities, delivery=delivery, goodwill=goodwill, restock=restock)
    parts = {"delivery": delivery, "goodwill": goodwill, "restock": restock, "words": words}
    request = _write(order, planned.amount, by=by, now=now, key=key, reason=reason, **parts)
    RefundRequestItem.objects.bulk_create(
        RefundRequestItem(request=request, item=line.item, copies=line.copies, amount=line.amount)
        for line in planned.lines
    )
    if request.is_alone:
        _carry_out(request, now)
    return request


@transaction.atomic
def ask_to_cancel(*, number: str, by: User, now: datetime) -> RefundRequest | None:
    """Cancel an order, or have that wait for a second person if more goes back than one may give.

    None when it is cancelled and no money had come in. Asked twice it is one request. Raises
    CannotCancel, or CannotRefund when somebody else has asked for it.
    """
    order = Order.objects.locked().get(number=number)
    amount = refunds.left_to_refund(order).money
    if order.is_cancelled or not amount:
        cancelling.cancel_order(number=number, who=str(by), now=now)
        return None
    if not order.can_be_cancelled:
        raise cancelling.CannotCancel(order)
    if waiting := RefundRequest.objects.waiting().filter(order=order, is_cancellation=True).first():
        if waiting.asked_by != by:
            raise AskedAlready(waiting)
        return waiting
    reason = Refund.Reason.CANCELLED
    request = _write(order, amount, by=by, now=now, reason=reason, is_cancellation=True)
    if request.is_alone:
        _carry_out(request, now)
    return request


@transaction.atomic
def approve(*, request_id: int, by: User, now: datetime) -> RefundRequest:
    """Agree to a request that waits, so that the money goes back; the shopper is told when it does.

    Once however often the same person does. Raises CannotRefund or CannotCancel and changes nothing
    when it was decided already, when it is one's own, or when it can no longer be done as asked.
    """
    request = _locked(request_id)
    if request.status == Status.APPROVED and request.decided_by == by:
        return request
    _decide(request, Status.APPROVED, by=by, now=now)
    _check_sum(request)
    _carry_out(request, now)
    return request


@transaction.atomic
def decline(*, request_id: int, words: str, by: User, now: datetime) -> RefundRequest:
    """Refuse a request that waits, for a reason in `words`. Nothing goes back.

    Raises CannotRefund when it was decided already, or is one's own.
    """
    request = _locked(request_id)
    if request.status == Status.DECLINED and request.decided_by == by:
        return request
    _decide(request, Status.DECLINED, by=by, now=now, answer=words)
    return request


def _locked(request_id: int) -> RefundRequest:
    """The request as it stays until the transaction ends: everybody locks its order first."""
    number = RefundRequest.objects.values_list("order__number", flat=True).get(pk=request_id)
    order = Order.objects.locked().get(number=number)
    request = RefundRequest.objects.select_related("asked_by", "decided_by").get(pk=request_id)
    request.order = order
    return request


def _write(
    order: Order, amount: Decimal, *, by: User, now: datetime, **facts: Any
) -> RefundRequest:
    status = Status.ALONE if amount <= left_alone(order, by=by) else Status.WAITING
    return RefundRequest.objects.create(
        order=order, amount=amount, status=status, asked_by=by, asked_at=now, **facts
    )


def _decide(
    request: RefundRequest, status: Status, *, by: User, now: datetime, answer: str = ""
) -> None:
    if not request.is_waiting:
        raise DecidedAlready
    if request.asked_by == by:
        raise YourOwnRequest
    request.status, request.answer = status, answer
    request.decided_by, request.decided_at = by, now
    request.save(update_fields=["status", "answer", "decided_by", "decided_at"])


def _check_sum(request: RefundRequest) -> None:
    """The second person agreed to this sum and no other, and to copies that are in the shop."""
    if request.is_cancellation:
        if not request.order.can_be_cancelled:
            raise cancelling.CannotCancel(request.order)
        amount = refunds.left_to_refund(request.order).money
    else:
        _check_copies(request)
        amount = refunds.plan(request.order, _quantities(request), **_parts(request)).amount
    if amount != request.amount:
        raise AnotherSum(request.amount, amount)


def _check_copies(request: RefundRequest) -> None:
    """Copies that left after it was asked for are with the shopper, and not back in the shop."""
    sent = request.items.filter(item__sent_at__gte=request.asked_at).select_related("item")
    if request.restock and (line := sent.order_by("pk").first()):
        raise HasLeftMeanwhile(line.item)


def _carry_out(request: RefundRequest, now: datetime) -> None:
    number, who = request.order.number, str(request.asked_by)
    if request.is_cancellation:
        cancelling.cancel_order(number=number, who=who, now=now)
        return
    refunds.refund_lines(
        number=number,
        quantities=_quantities(request),
        reason=Refund.Reason(request.reason),
        words=request.words,
        key=request.key,
        who=who,
        now=now,
        **_parts(request),
    )


def _quantities(request: RefundRequest) -> dict[int, int]:
    return dict(request.items.values_list("item", "copies"))


def _parts(request: RefundRequest) -> dict[str, Any]:
    return {
        "delivery": request.delivery,
        "goodwill": request.goodwill,
        "restock": request.restock,
    }
