"""What the shop asks of whoever takes the money, and what it is told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from shop.models import Payment, Refund


class ProviderDown(Exception):
    """The provider did not answer, or with an error of its own: nobody knows what it did. Ask again."""


class ProviderRefused(Exception):
    """The provider will not do this, however often it is asked; str() is for staff."""


class NotGenuine(Exception):
    """A message that the provider did not sign, or that is too old."""


class State(Enum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Opened:
    """An attempt at paying that the provider knows: its name for it, and where the shopper pays."""

    reference: str
    url: str


@dataclass(frozen=True)
class PaymentWord:
    """What the provider says of one attempt at paying.

    `key` is the Payment's own, which the provider gives back; `paid` is what was taken (zero unless
    the state is DONE), `charge` the provider's name for it.
    """

    key: uuid.UUID
    reference: str
    state: State
    paid: Decimal = Decimal(0)
    currency: str = ""
    charge: str = ""


@dataclass(frozen=True)
class RefundWord:
    """What the provider says of one refund. `key` is the Refund's own."""

    key: uuid.UUID
    reference: str
    state: State
    problem: str = ""


@dataclass(frozen=True)
class Event:
    """A message that the provider sent by itself. Without a `word` the shop can do nothing about it.

    Staff are told of one that is `for_staff`.
    """

    id: str
    kind: str
    body: Mapping[str, Any]
    word: PaymentWord | RefundWord | None = None
    for_staff: bool = False


class PaymentProvider(Protocol):
    """Asking twice is harmless everywhere: a provider knows the key of what it is asked again.

    Each method raises ProviderDown or ProviderRefused. None is called inside a transaction.
    """

    @property
    def name(self) -> str:
        """What a Payment remembers its provider by."""

    def open(self, payment: Payment, *, return_url: str) -> Opened:
        """Make known that an order is to be paid. Shoppers come back to `return_url`, paid or not."""

    def ask(self, payment: Payment) -> PaymentWord:
        """How an opened attempt stands."""

    def close(self, payment: Payment) -> PaymentWord:
        """End an opened attempt that nobody paid; says how it stands then."""

    def refund(self, refund: Refund) -> RefundWord:
        """Give money back."""

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Event:
        """A message from the provider. Raises NotGenuine for any other one."""
