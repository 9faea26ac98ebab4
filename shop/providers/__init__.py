"""Who takes the money. The shop itself never sees a card."""

from collections.abc import Callable

from django.conf import settings

from .base import PaymentProvider
from .demo import DemoProvider
from .stripe import StripeProvider

PROVIDERS: dict[str, Callable[[], PaymentProvider]] = {
    "demo": DemoProvider,
    "stripe": StripeProvider,
}


def current() -> PaymentProvider | None:
    """The provider named by PAYMENT_PROVIDER, or None when the shop takes no payments."""
    return named(settings.PAYMENT_PROVIDER) if settings.PAYMENT_PROVIDER else None


def named(name: str) -> PaymentProvider:
    """The provider of a Payment. Raises KeyError for a name that no provider has."""
    return PROVIDERS[name]()
