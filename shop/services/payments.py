"""An order is paid, or is not: what the shop does at a provider's word."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shop import emails, providers
from shop.models import Order, OrderEvent, Payment, Refund, WebhookEvent
from shop.providers.base import (
    Event,
    PaymentWord,
    ProviderDown,
    ProviderRefused,
    RefundWord,
    State,
)
from waitlist import offers

from . import copies, fulfilling, invoices, refunds
from .history import note

log = logging.getLogger("bookstore.shop")

MOST_AT_A_TIME = 100
# Why money goes back that comes in for an order in this state.
NO_LONGER_WANTED = {
    Order.Status.PAYMENT_FAILED: Refund.Reason.LATE,
    Order.Status.CONFIRMED: Refund.Reason.TWICE,
    Order.Status.CANCELLED: Refund.Reason.CANCELLED,
}


class CannotTakePayment(Exception):
    """The order no longer waits for a payment; str() is for the shopper."""

    def __init__(self, order: Order) -> None:
        self.order = order
        super().__init__(
            _("Order %(number)s no longer waits for a payment.") % {"number": order.number}
        )


def begin(*, number: str, now: datetime, attempt: Payment | None = None) -> str:
    """The address where the shopper pays a PENDING order; asked twice, the same attempt.

    `attempt` is the one that has just been made with the order, if there is one. Raises
    CannotTakePayment, ProviderDown or ProviderRefused; the order goes on waiting then.
    """
    payment = attempt or Payment.objects.to_pay(number) or _new_attempt(number, now)
    if not payment.url:
        _open(payment)
    return payment.url


def _open(payment: Payment) -> None:
    # The key lets whoever comes back in another browser see their order; only the provider has it.
    address = reverse(
        "shop:order_paid", args=[payment.order.number], query={"attempt": payment.key}
    )
    return_url = settings.SITE_URL + address
    opened = providers.named(payment.provider).open(payment, return_url=return_url)
    payment.reference, payment.url = opened.reference, opened.url
    payment.save(update_fields=["reference", "url"])


@transaction.atomic
def _new_attempt(number: str, now: datetime) -> Payment:
    order = Order.objects.locked().get(number=number)
    if not order.is_pending:
        raise CannotTakePayment(order)
    made, _is_new = Payment.objects.get_or_create(
        order=order, status=Payment.Status.OPEN, defaults=attempt_fields(order, now)
    )
    return made


def attempt_fields(order: Order, now: datetime) -> dict[str, object]:
    """A first or further attempt at paying `order`, by the provider of the day."""
    return {
        "order": order,
        "provider": settings.PAYMENT_PROVIDER,
        "amount": order.total,
        "currency": order.currency,
        "opened_at": now,
    }


def receive(*, provider: str, event: Event, now: datetime) -> WebhookEvent.Outcome:
    """Act on a genuine message of a provider, once however often it comes, and keep it.

    What it is about and what it says commit together with the message itself.
    """
    try:
        with transaction.atomic():
            return _act_on(provider, event, now)
    except IntegrityError:
        known = WebhookEvent.objects.filter(provider=provider, event_id=event.id).first()
        if known is None:
            raise
        return WebhookEvent.Outcome(known.outcome)


def _act_on(provider: str, event: Event, now: datetime) -> WebhookEvent.Outcome:
    # Its row comes first: whoever brings the same message waits here, and is refused.
    kept = WebhookEvent.objects.create(
        provider=provider,
        event_id=event.id,
        kind=event.kind,
        body=event.body,
        outcome=WebhookEvent.Outcome.IGNORED,
        received_at=now,
    )
    if event.for_staff:
        emails.tell_staff_of_event(provider, event.kind, kept, now)
    if event.word is None:
        return WebhookEvent.Outcome.IGNORED
    is_known = settle(event.word, now=now)
    kept.outcome = WebhookEvent.Outcome.DONE if is_known else WebhookEvent.Outcome.UNKNOWN
    kept.save(update_fields=["outcome"])
    return WebhookEvent.Outcome(kept.outcome)


def ask(*, number: str, now: datetime) -> None:
    """Ask the provider how the open attempt of an order stands, and act on what it says.

    Raises ProviderDown or ProviderRefused, with nothing changed.
    """
    payment = Payment.objects.filter(order__number=number, status=Payment.Status.OPEN).first()
    if payment is not None and payment.reference:
        settle(providers.named(payment.provider).ask(payment), now=now)


def close_left_open(*, now: datetime) -> int:
    """End the attempts at paying that no order waits for; one that was paid meanwhile is acted on.

    What a provider does not answer is asked again the next time. Returns how many were ended.
    """
    ended = 0
    for payment in Payment.objects.left_open().select_related("order")[:MOST_AT_A_TIME]:
        try:
            settle(_close(payment), now=now)
        except ProviderDown as error:
            log.warning("payment %s was not ended: %s", payment.pk, error)
        else:
            ended += 1
    return ended


def _close(payment: Payment) -> PaymentWord:
    """End an attempt. What the provider refuses to know, nobody can pay there."""
    provider = providers.named(payment.provider)
    try:
        if not payment.reference:
            # An answer that was lost: the provider names the attempt when it is asked again.
            _open(payment)
        return provider.close(payment)
    except ProviderRefused as error:
        log.warning("payment %s is not known to %s: %s", payment.pk, provider.name, error)
        return PaymentWord(payment.key, payment.reference, State.FAILED)


@transaction.atomic
def settle(word: PaymentWord | RefundWord, *, now: datetime) -> bool:
    """Act on a provider's word, however often and in whatever order it comes.

    False when it is about nothing that the shop knows.
    """
    if isinstance(word, RefundWord):
        return refunds.settle(word, now=now)
    number = Payment.objects.filter(key=word.key).values_list("order__number", flat=True).first()
    if number is None:
        return False
    order = Order.objects.locked().get(number=number)
    payment = order.payments.get(key=word.key)
    if word.state is State.DONE and not payment.is_paid:
        _take(order, payment, word, now)
    elif word.state is State.FAILED and payment.is_open:
        payment.mark_closed(now)
        if order.is_pending:
            _fail(order, who=gettext_noop("payment declined"), now=now)
    return True


def _take(order: Order, payment: Payment, word: PaymentWord, now: datetime) -> None:
    """Money has come in: for the order if that can still have it, else it goes back."""
    payment.reference = payment.reference or word.reference
    payment.save(update_fields=["reference"])
    payment.mark_paid(word.paid, word.charge, now)
    if (word.paid, word.currency) != (order.total, order.currency):
        _send_back(order, payment, Refund.Reason.WRONG_SUM, now)
        if order.is_pending:
            _fail(order, who=gettext_noop("another sum was paid"), now=now)
    elif order.is_pending:
        confirm(order, who=payment.provider, now=now)
    elif _can_still_have(order) and copies.take_again(order, who=payment.provider, now=now):
        confirm(order, who=payment.provider, now=now, kind=OrderEvent.Kind.PAID_LATE)
    else:
        _send_back(order, payment, NO_LONGER_WANTED[Order.Status(order.status)], now)


def _can_still_have(order: Order) -> bool:
    """Whether an order that was given up may be paid all the same. Without a person it goes nowhere."""
    return order.is_payment_failed and not order.is_erased


def _send_back(order: Order, payment: Payment, reason: Refund.Reason, now: datetime) -> None:
    refund = refunds.write(
        payment, payment.rest, reason=reason, who=gettext_noop("the shop, by itself"), now=now
    )
    emails.tell_staff_of_refund(order, refund, now)


def confirm(
    order: Order, *, who: str, now: datetime, kind: OrderEvent.Kind = OrderEvent.Kind.PAID
) -> None:
    """Make a locked order CONFIRMED, with its invoice and its mail."""
    fulfilling.move(order, to=Order.Fulfilment.PAID, who=who, now=now)
    note(order, kind, who=who, now=now)
    # Before the numbers of invoices are locked, as a free order takes its books first, too.
    offers.fulfil(order_number=order.number, now=now)
    invoices.issue(order, now=now)
    emails.write_order_confirmation(order, now)


def _fail(order: Order, *, who: str, now: datetime) -> None:
    fulfilling.move(order, to=Order.Fulfilment.UNPAID, who=who, now=now)
    note(order, OrderEvent.Kind.NOT_PAID, who=who, now=now)
    copies.give_back(order, who=who, now=now)
    emails.write_payment_failed(order, now)


def expire_unpaid_orders(*, now: datetime) -> int:
    """Give up every order whose time to pay is over, each in its own transaction.

    Safe to run twice at once: an order that somebody else holds is left to them. An order that the
    database refuses to give up is logged, and keeps no other from it. Returns the count.
    """
    expired = 0
    for number in Order.objects.overdue(now).values_list("number", flat=True):
        try:
            expired += expire(number=number, now=now)
        except DatabaseError:
            log.exception("order %s was not given up", number)
    return expired


@transaction.atomic
def expire(*, number: str, now: datetime) -> bool:
    """Give up an order whose time to pay is over. False if it is not, or somebody else holds it."""
    overdue = Order.objects.overdue(now).filter(number=number)
    order = overdue.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if order is None:
        return False
    _fail(order, who=gettext_noop("time to pay is over"), now=now)
    return True
