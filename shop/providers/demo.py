"""A bank that does what the shopper tells it to. For demos and tests only.

It has an account book as a real one has, so that it knows an answer when it is asked later: the
messages that it sent, which the shop keeps as it keeps those of any provider.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.urls import reverse

from shop.models import WebhookEvent

from .base import Event, NotGenuine, Opened, PaymentWord, RefundWord, State

if TYPE_CHECKING:
    from shop.models import Payment, Refund

SALT = "shop.providers.demo"
OLDEST = timedelta(minutes=5)


class DemoProvider:
    name = "demo"

    def open(self, payment: Payment, *, return_url: str) -> Opened:
        return Opened(
            reference=f"demo-{payment.key}",
            url=reverse("shop:demo_payment", args=[payment.order.number]),
        )

    def ask(self, payment: Payment) -> PaymentWord:
        return self._word(payment, State.OPEN)

    def close(self, payment: Payment) -> PaymentWord:
        return self._word(payment, State.FAILED)

    def refund(self, refund: Refund) -> RefundWord:
        return RefundWord(refund.key, f"demo-{refund.key}", State.DONE)

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Event:
        try:
            signing.Signer(salt=SALT).unsign(f"{body.decode()}:{headers.get('Demo-Signature', '')}")
            told = json.loads(body)
        except (signing.BadSignature, ValueError) as error:
            raise NotGenuine from error
        if abs(now - datetime.fromisoformat(told["at"])) > OLDEST:
            raise NotGenuine
        return Event(told["id"], told["kind"], told, _word_of(told))

    def message(
        self, payment: Payment, state: State, now: datetime
    ) -> tuple[bytes, dict[str, str]]:
        """What the bank sends when the shopper has chosen what it says: body and headers."""
        told = {
            "id": f"event-{uuid.uuid4()}",
            "kind": f"payment.{state.value}",
            "at": now.isoformat(),
            "key": str(payment.key),
            "reference": f"demo-{payment.key}",
            "state": state.value,
            "paid": str(payment.amount if state is State.DONE else 0),
            "currency": payment.currency,
        }
        body = json.dumps(told)
        signature = signing.Signer(salt=SALT).signature(body)
        return body.encode(), {"Demo-Signature": signature}

    def _word(self, payment: Payment, otherwise: State) -> PaymentWord:
        """What the account book says of an attempt."""
        sent = _messages_about(payment)
        paid = next((told for told in sent if told["state"] == State.DONE.value), None)
        if paid:
            return _word_of(paid)
        state = State.FAILED if sent else otherwise
        return PaymentWord(payment.key, f"demo-{payment.key}", state)


def _messages_about(payment: Payment) -> list[dict[str, Any]]:
    sent = WebhookEvent.objects.filter(provider="demo", body__key=str(payment.key))
    return list(sent.values_list("body", flat=True))


def _word_of(told: Mapping[str, Any]) -> PaymentWord:
    return PaymentWord(
        key=uuid.UUID(told["key"]),
        reference=told["reference"],
        state=State(told["state"]),
        paid=Decimal(told["paid"]),
        currency=told["currency"],
        charge=told["reference"],
    )
