"""Stripe. Shoppers pay on a page of its own, and the shop is told by messages that it signs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from .base import (
    Event,
    NotGenuine,
    Opened,
    PaymentWord,
    ProviderDown,
    ProviderRefused,
    RefundWord,
    State,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

    from shop.models import Payment, Refund

# Seconds to connect and to wait for an answer. Each call is tried twice, which must stay below the
# thirty seconds after which gunicorn ends a worker.
TIMEOUT = (4.0, 8.0)
RETRIES = 1
OLDEST = timedelta(minutes=5)
# How many digits of an amount are minor units is Stripe's own choice (docs.stripe.com/currencies):
# CLDR, which prices are written by, gives none to the Serbian dinar, and Stripe two.
# fmt: off
NO_MINOR_UNITS = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
}
# fmt: on

PAID = ("paid", "no_payment_required")
REFUND_STATES = {
    "succeeded": State.DONE,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
# What a payment intent says when money that was on its way will not come.
NOT_COMING = ("requires_payment_method", "canceled")
PAYMENT_FAILED = "checkout.session.async_payment_failed"
SESSION_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.expired",
    PAYMENT_FAILED,
)
DISPUTE = "charge.dispute.created"
REFUND_EVENTS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
# What a message is kept with: what it is about, which sums, and how it came out. Anything else may
# tell who paid, and by what card, of which the shop needs nothing to book the money.
KEPT = {
    *("id", "object", "type", "api_version", "created", "livemode", "data", "previous_attributes"),
    *("request", "idempotency_key", "metadata", "key", "order", "client_reference_id", "mode"),
    *("status", "payment_status", "reason", "failure_reason", "failure_code", "expires_at"),
    *("amount", "amount_total", "amount_subtotal", "amount_refunded", "currency"),
    *("payment_intent", "charge", "latest_charge", "balance_transaction", "refunds", "has_more"),
}


class StripeProvider:
    name = "stripe"

    def __init__(self, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else None,
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=timeout),
        )

    def open(self, payment: Payment, *, return_url: str) -> Opened:
        with _errors_as_ours():
            session = self._client.v1.checkout.sessions.create(
                _session_params(payment, return_url), {"idempotency_key": str(payment.key)}
            )
        return Opened(reference=session.id, url=session.url or "")

    def ask(self, payment: Payment) -> PaymentWord:
        with _errors_as_ours():
            session = self._retrieve(payment.reference)
        return _payment_word(payment.key, session.to_dict())

    def close(self, payment: Payment) -> PaymentWord:
        with _errors_as_ours():
            try:
                session = self._client.v1.checkout.sessions.expire(payment.reference)
            except stripe.InvalidRequestError:
                # Paid or expired meanwhile: Stripe only ends what is open.
                session = self._retrieve(payment.reference)
        return _payment_word(payment.key, session.to_dict())

    def _retrieve(self, reference: str) -> stripe.checkout.Session:
        """With its payment intent, which alone knows that money on its way will not come."""
        sessions = self._client.v1.checkout.sessions
        return sessions.retrieve(reference, {"expand": ["payment_intent"]})

    def refund(self, refund: Refund) -> RefundWord:
        with _errors_as_ours():
            known = self._known(refund) or self._client.v1.refunds.create(
                {
                    "payment_intent": refund.payment.charge,
                    "amount": _to_minor(refund.amount, refund.payment.currency),
                    "metadata": {"key": str(refund.key)},
                },
                {"idempotency_key": str(refund.key)},
            )
        return _refund_word(refund.key, known.to_dict())

    def _known(self, refund: Refund) -> stripe.Refund | None:
        """The refund as Stripe has it, if an earlier try got through."""
        if refund.reference:
            return self._client.v1.refunds.retrieve(refund.reference)
        if refund.attempts <= 1:
            return None
        # Stripe forgets an idempotency key after a day, and tries go on for longer.
        made = self._client.v1.refunds.list(
            {"payment_intent": refund.payment.charge, "limit": 100}
        ).auto_paging_iter()
        return next((one for one in made if _key_in(one.to_dict()) == refund.key), None)

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Event:
        signature = headers.get("Stripe-Signature", "")
        try:
            stripe.WebhookSignature.verify_header(
                body, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=None
            )
            told = json.loads(body)
        # A TypeError is a signature that is not ASCII, a ValueError a body that is no text or no JSON.
        except (stripe.SignatureVerificationError, TypeError, ValueError) as error:
            raise NotGenuine from error
        if now - _signed_at(signature) > OLDEST:
            raise NotGenuine
        word = _word_of(told)
        kept = _without_person(told)
        return Event(told["id"], told["type"], kept, word, for_staff=_is_for_staff(told, word))


@contextmanager
def _errors_as_ours() -> Iterator[None]:
    try:
        yield
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
        raise ProviderRefused(error.user_message or type(error).__name__) from error
    except stripe.StripeError as error:
        # No answer, 5xx, the same call still on its way; or a wrong key, which staff will mend: what
        # was asked is not refused by that. Its text may hold an address, so it is not told.
        parts = ["Stripe", type(error).__name__, error.http_status, error.request_id]
        raise ProviderDown(" ".join(str(part) for part in parts if part)) from error


def _session_params(payment: Payment, return_url: str) -> SessionCreateParams:
    """The same whoever asks and whenever: Stripe refuses a known key with other parameters."""
    names = {"key": str(payment.key), "order": payment.order.number}
    with override(settings.LANGUAGE_CODE):
        title = _("Order %(number)s") % {"number": payment.order.number}
    return {
        "mode": "payment",
        # What takes days to come would find the order given up.
        "allowed_payment_method_types": ["card"],
        "client_reference_id": str(payment.key),
        "customer_email": payment.order.email,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": payment.currency.lower(),
                    "unit_amount": _to_minor(payment.amount, payment.currency),
                    "product_data": {"name": title},
                },
            }
        ],
        "metadata": names,
        "payment_intent_data": {"metadata": names},
        "success_url": return_url,
        "cancel_url": return_url,
    }


def _signed_at(signature: str) -> datetime:
    """When a signature that was verified was made: its first time, which is the one verified."""
    parts = signature.split(",")
    seconds = next(part.removeprefix("t=") for part in parts if part.startswith("t="))
    return datetime.fromtimestamp(int(seconds), UTC)


def _without_person(told: Any) -> Any:
    if isinstance(told, list):
        return [_without_person(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {key: _without_person(value) for key, value in told.items() if key in KEPT}


def _is_for_staff(told: Mapping[str, Any], word: PaymentWord | RefundWord | None) -> bool:
    """Money that moved without the shop: a dispute, or a refund made in the dashboard."""
    return told["type"] == DISPUTE or (told["type"] == "refund.created" and word is None)


def _word_of(told: Mapping[str, Any]) -> PaymentWord | RefundWord | None:
    kind = told["type"]
    if kind not in SESSION_EVENTS and kind not in REFUND_EVENTS:
        return None
    about = told["data"]["object"]
    if kind in REFUND_EVENTS:
        key = _key_in(about)
        return _refund_word(key, about) if key else None
    key = _uuid(about.get("client_reference_id"))
    return _payment_word(key, about, has_failed=kind == PAYMENT_FAILED) if key else None


def _payment_word(
    key: uuid.UUID, session: Mapping[str, Any], *, has_failed: bool = False
) -> PaymentWord:
    intent = session["payment_intent"] or {}
    intent = {"id": intent} if isinstance(intent, str) else intent
    if session["payment_status"] in PAID:
        currency = session["currency"].upper()
        return PaymentWord(
            key=key,
            reference=session["id"],
            state=State.DONE,
            paid=_from_minor(session["amount_total"], currency),
            currency=currency,
            charge=intent.get("id", ""),
        )
    # Complete, but unpaid: a bank transfer or the like that is still on its way.
    did_not_come = session["status"] == "complete" and intent.get("status") in NOT_COMING
    is_over = has_failed or did_not_come or session["status"] == "expired"
    return PaymentWord(key, session["id"], State.FAILED if is_over else State.OPEN)


def _refund_word(key: uuid.UUID, refund: Mapping[str, Any]) -> RefundWord:
    state = REFUND_STATES.get(refund["status"], State.OPEN)
    problem = refund.get("failure_reason") or refund["status"] if state is State.FAILED else ""
    return RefundWord(key, refund["id"], state, problem)


def _key_in(refund: Mapping[str, Any]) -> uuid.UUID | None:
    return _uuid((refund.get("metadata") or {}).get("key"))


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _to_minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(_digits(currency)))


def _from_minor(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-_digits(currency))


def _digits(currency: str) -> int:
    return 0 if currency in NO_MINOR_UNITS else 2
