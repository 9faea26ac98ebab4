"""Which orders a reader may see: their account's, and those that this session placed or opened."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from shop.models import Order
from shop.querysets import OrderQuerySet
from shop.services import adopting

ORDERS_KEY = "orders"
MOST_REMEMBERED = 50


def visible_orders(request: HttpRequest) -> OrderQuerySet:
    user = request.user if request.user.is_authenticated else None
    return Order.objects.visible_to(user=user, numbers=request.session.get(ORDERS_KEY, []))


def remember(request: HttpRequest, number: str) -> None:
    known = [other for other in request.session.get(ORDERS_KEY, []) if other != number]
    request.session[ORDERS_KEY] = [*known, number][-MOST_REMEMBERED:]


def adopt_at_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """What this session ordered as a guest, with the address of the account, belongs to it now."""
    numbers = getattr(request, "session", {}).get(ORDERS_KEY, [])
    if numbers:
        adopting.adopt_orders(user=user, numbers=numbers)
