"""Who takes the money. The shop itself never sees a card."""

from typing import Protocol

from django.conf import settings
from django.urls import reverse

from .models import Order


class PaymentProvider(Protocol):
    def payment_url(self, order: Order) -> str:
        """Where the shopper pays for `order`."""


class DemoProvider:
    """A page on which the shopper chooses whether the payment succeeds. For demos and tests only."""

    def payment_url(self, order: Order) -> str:
        return reverse("shop:demo_payment", args=[order.number])


PROVIDERS: dict[str, type[PaymentProvider]] = {"demo": DemoProvider}


def provider() -> PaymentProvider | None:
    """The provider named by PAYMENT_PROVIDER, or None when the shop takes no payments."""
    name = settings.PAYMENT_PROVIDER
    return PROVIDERS[name]() if name else None
