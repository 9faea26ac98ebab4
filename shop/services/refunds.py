"""Money goes back."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from bookstore.pauses import pause_after
from catalog.models import StockMovement
from catalog.money import to_cents
from shop import emails, providers
from shop.models import Order, OrderEvent, OrderItem, Payment, Refund, RefundItem
from shop.providers.base import ProviderDown, ProviderRefused, RefundWord, State
from waitlist import holds

from . import fulfilling
from .history import note

log = logging.getLogger("bookstore.shop")

# How long a refund belongs to the worker that asks for it.
LEASE = timedelta(minutes=2)
MOST_AT_A_TIME = 100
# A refund that the bank still works on.
ASK_AGAIN_AFTER = timedelta(hours=1)


class CannotRefund(Exception):
    """Base of every refusal to refund; str() is for staff, and nothing was changed."""


class NothingToRefund(CannotRefund):
    def __init__(self) -> None:
        super().__init__(_("Nothing was chosen to be refunded."))


class MoreThanWasBought(CannotRefund):
    def __init__(self, item: OrderItem, left: int) -> None:
        text = _("Only %(left)d copies of “%(title)s” can still be refunded.")
        super().__init__(text % {"left": left, "title": item.title})


class MoreThanWasPaid(CannotRefund):
    def __init__(self) -> None:
        super().__init__(_("That is more than what was paid and has not been refunded yet."))


class CopiesAreBack(CannotRefund):
    def __init__(self) -> None:
        super().__init__(_("Some of these copies are on sale again already."))


class CannotSendAgain(CannotRefund):
    def __init__(self) -> None:
        super().__init__(_("Only a refund that failed, and was not asked for again, can be."))


@dataclass(frozen=True)
class Left:
    """What can still go back of an order: copies of each line, {line id: copies}, and money."""

    copies: dict[int, int]
    delivery: Decimal
    money: Decimal


class Plan(NamedTuple):
    lines: list[RefundItem]
    amount: Decimal
    payment: Payment


def left_to_refund(order: Order) -> Left:
    items = order.items.with_refunds()
    paid = order.payments.filter(status=Payment.Status.PAID)
    return Left(
        copies={item.pk: item.quantity - item.refunded for item in items},
        delivery=order.delivery_total - _delivery_refunded(order),
        money=sum((payment.rest for payment in paid), Decimal(0)),
    )


@transaction.atomic
def refund_lines(
    *,
    number: str,
    quantities: Mapping[int, int],
    delivery: Decimal,
    restock: bool,
    reason: Refund.Reason,
    who: str,
    now: datetime,
    goodwill: Decimal = Decimal(0),
    words: str = "",
    key: uuid.UUID | None = None,
) -> Refund:
    """Refund copies of an order, {line id: copies}, a part of its delivery price, or a sum besides.

    With `restock` copies go to those who wait, or on sale. A form’s `key` sent twice is one refund.
    Raises CannotRefund and changes nothing when there is nothing to refund, or more than is left to.
    """
    order = Order.objects.locked().get(number=number)
    key = key or uuid.uuid4()
    if known := Refund.objects.filter(key=key, payment__order=order).first():
        return known
    lines, amount, payment = plan(
        order, quantities, delivery=delivery, goodwill=goodwill, restock=restock
    )
    refund = write(
        payment, amount, reason=reason, who=who, now=now, delivery=delivery, words=words, key=key
    )
    for line in lines:
        line.refund = refund
    RefundItem.objects.bulk_create(lines)
    if restock:
        back = {line.item.book_id: line.copies for line in lines}
        reason_to_move = StockMovement.Reason.RETURNED
        holds.receive(back, reason=reason_to_move, order_number=order.number, who=who, at=now)
    fulfilling.after_refund(order, refund, who=who, now=now)
    return refund


def plan(
    order: Order,
    quantities: Mapping[int, int],
    *,
    delivery: Decimal,
    goodwill: Decimal,
    restock: bool,
) -> Plan:
    """What a refund of a locked order would be now. Changes nothing; raises as refund_lines()."""
    _check(order, delivery, restock=restock)
    lines = _lines(order, quantities, restock=restock)
    amount = sum((line.amount for line in lines), delivery + goodwill)
    if amount <= 0 or goodwill < 0:
        raise NothingToRefund
    return Plan(lines, amount, _payment_with(order, amount))


def _check(order: Order, delivery: Decimal, *, restock: bool) -> None:
    if restock and not order.is_confirmed:
        raise CopiesAreBack
    if not 0 <= delivery <= order.delivery_total - _delivery_refunded(order):
        raise MoreThanWasPaid


@transaction.atomic
def send_again(*, refund_id: int, who: str, now: datetime) -> Refund:
    """Ask once more for a refund that failed, of the same payment, for the same reason and lines.

    No copy moves: those that came back with it are back. The order goes where its copies say. Raises
    CannotSendAgain, or MoreThanWasPaid or MoreThanWasBought when the money, or copies of its lines,
    have gone back by another refund.
    """
    number = Refund.objects.values_list("payment__order__number", flat=True).get(pk=refund_id)
    order = Order.objects.locked().get(number=number)
    failed = Refund.objects.select_related("payment__order").get(pk=refund_id)
    if not failed.has_failed or Refund.objects.filter(again_of=failed).exists():
        raise CannotSendAgain
    _check_again(order, failed)
    refund = write(
        failed.payment,
        failed.amount,
        reason=Refund.Reason(failed.reason),
        delivery=failed.delivery,
        words=failed.note,
        again_of=failed,
        who=who,
        now=now,
    )
    RefundItem.objects.bulk_create(
        RefundItem(
            refund=refund,
            item_id=line.item_id,
            copies=line.copies,
            amount=line.amount,
            is_restocked=line.is_restocked,
        )
        for line in failed.items.order_by("pk")
    )
    fulfilling.after_refund(order, refund, who=who, now=now)
    return refund


def _check_again(order: Order, failed: Refund) -> None:
    """What it was for may have been refunded otherwise: RefundQuerySet.owed() asks the same."""
    left = left_to_refund(order)
    for line in failed.items.select_related("item").order_by("pk"):
        if line.copies > left.copies[line.item_id]:
            raise MoreThanWasBought(line.item, left.copies[line.item_id])
    if failed.amount > failed.payment.rest or failed.delivery > left.delivery:
        raise MoreThanWasPaid


def write(
    payment: Payment,
    amount: Decimal,
    *,
    reason: Refund.Reason,
    who: str,
    now: datetime,
    delivery: Decimal = Decimal(0),
    words: str = "",
    key: uuid.UUID | None = None,
    again_of: Refund | None = None,
) -> Refund:
    """Promise to give back `amount` of a payment whose order is locked; a worker keeps it.

    Raises IntegrityError when that is more than is left of it.
    """
    refund = Refund.objects.create(
        payment=payment,
        key=key or uuid.uuid4(),
        again_of=again_of,
        amount=amount,
        delivery=delivery,
        reason=reason,
        note=words,
        asked_at=now,
        who=who,
        next_try_at=now,
    )
    note(payment.order, OrderEvent.Kind.REFUND_ASKED, who=who, now=now, words=refund.amount_text)
    return refund


def refund_rest(order: Order, *, reason: Refund.Reason, who: str, now: datetime) -> None:
    """Promise to give back all that is left of what was paid for a locked order."""
    paid = list(order.payments.filter(status=Payment.Status.PAID).order_by("pk"))
    for payment in paid:
        if payment.rest:
            write(payment, payment.rest, reason=reason, who=who, now=now)


def _payment_with(order: Order, amount: Decimal) -> Payment:
    """The payment that so much can be given back of. An order has one, but for mistakes."""
    paid = order.payments.filter(status=Payment.Status.PAID).order_by("pk")
    payment = next((payment for payment in paid if payment.rest >= amount), None)
    if payment is None:
        raise MoreThanWasPaid
    payment.order = order
    return payment


def _lines(order: Order, quantities: Mapping[int, int], *, restock: bool) -> list[RefundItem]:
    items = order.items.with_refunds().filter(pk__in=quantities)
    return [
        _line(item, quantities[item.pk], restock=restock) for item in items if quantities[item.pk]
    ]


def _line(item: Any, wanted: int, *, restock: bool) -> RefundItem:
    """Its share of the line: what all refunded copies come to, less what earlier refunds gave.

    So the refunds of a line add up to its price to the cent, however they are cut.
    """
    if wanted < 0 or item.refunded + wanted > item.quantity:
        raise MoreThanWasBought(item, item.quantity - item.refunded)
    if restock and item.restocked + wanted > item.quantity:
        raise CopiesAreBack
    share = to_cents(item.total * (item.refunded + wanted) / item.quantity)
    amount = share - item.refunded_sum
    return RefundItem(item=item, copies=wanted, amount=amount, is_restocked=restock)


def _delivery_refunded(order: Order) -> Decimal:
    refunds = Refund.objects.filter(payment__order=order).exclude(status=Refund.Status.FAILED)
    return sum(refunds.values_list("delivery", flat=True), Decimal(0))


def due(*, now: datetime) -> list[int]:
    """Keys of the refunds that the provider is to be asked for, oldest first, a bounded number."""
    return list(
        Refund.objects.due(now)
        .order_by("next_try_at", "pk")
        .values_list("pk", flat=True)[:MOST_AT_A_TIME]
    )


def send(*, refund_id: int, now: datetime) -> bool:
    """Ask the provider for one refund that is due. False when it is not due, or nothing came of it.

    No transaction is open meanwhile: the refund is claimed for two minutes, and if its worker dies,
    it is asked for again, under the same key. A provider that cannot be reached is asked again
    later, each pause twice the last; one that refuses leaves a failed refund for staff to see.
    """
    if not Refund.objects.due(now).filter(pk=refund_id).claim(now + LEASE):
        return False
    refund = Refund.objects.select_related("payment__order").get(pk=refund_id)
    try:
        word = providers.named(refund.payment.provider).refund(refund)
    except ProviderDown as error:
        refund.try_later(str(error), now + pause_after(refund.attempts))
        log.warning("refund %s not done, attempt %d: %s", refund.pk, refund.attempts, error)
        return False
    except ProviderRefused as error:
        word = RefundWord(refund.key, "", State.FAILED, str(error))
    with transaction.atomic():
        return settle(word, now=now)


def settle(word: RefundWord, *, now: datetime) -> bool:
    """Note how a refund came out, once however often it is told. Must run inside `atomic`.

    False when the shop knows no such refund.
    """
    found = Refund.objects.filter(key=word.key).values_list("payment__order_id", flat=True).first()
    if found is None:
        return False
    order = Order.objects.locked().get(pk=found)
    refund = Refund.objects.select_related("payment").get(key=word.key)
    if word.state is State.FAILED and not refund.has_failed:
        refund.close(Refund.Status.FAILED, word.reference, word.problem, now)
        note(
            order,
            OrderEvent.Kind.REFUND_FAILED,
            who=refund.payment.provider,
            now=now,
            words=word.problem,
        )
        emails.tell_staff_of_failed_refund(order, refund, now)
        fulfilling.after_refund(order, refund, who=refund.payment.provider, now=now)
    elif word.state is State.DONE and refund.is_asked:
        refund.close(Refund.Status.DONE, word.reference, "", now)
        note(
            order,
            OrderEvent.Kind.REFUNDED,
            who=refund.payment.provider,
            now=now,
            words=refund.amount_text,
        )
        emails.write_refunded(order, refund, now)
    elif word.state is State.OPEN and refund.is_asked:
        refund.try_later("", now + ASK_AGAIN_AFTER, reference=word.reference)
    return True
