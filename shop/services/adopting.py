"""Orders that somebody placed as a guest become those of their account."""

from collections.abc import Iterable

from accounts.models import User
from shop.models import Order


def adopt_orders(*, user: User, numbers: Iterable[str]) -> int:
    """Give a user those of these orders that nobody owns and that have the user's e-mail address.

    Returns how many they are.
    """
    return (
        Order.objects.of_a_guest(email=user.email)
        .filter(number__in=list(numbers))
        .update(user=user)
    )
