"""Which orders a reader may see: their account's, their basket's, and those that this session opened."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from shop import cart
from shop.models import Cart, Order
from shop.querysets import OrderQuerySet
from shop.services import adopting

ORDERS_KEY = "orders"
MOST_REMEMBERED = 50


def visible_orders(request: HttpRequest) -> OrderQuerySet:
    shopper = cart.shopper_of(request)
    basket = Cart.objects.of(shopper).first() if shopper.token else None
    opened = request.session.get(ORDERS_KEY, [])
    return Order.objects.visible_to(user=shopper.user, basket=basket, numbers=opened)


def remember(request: HttpRequest, number: str) -> None:
    known = [other for other in request.session.get(ORDERS_KEY, []) if other != number]
    request.session[ORDERS_KEY] = [*known, number][-MOST_REMEMBERED:]


def open_up(request: HttpRequest, number: str) -> None:
    """Let this session see an order from now on, under a key that nobody can have planted.

    Whoever is signed in, or has opened the order before, has had a new key already.
    """
    known = request.session.get(ORDERS_KEY, [])
    if number not in known and not request.user.is_authenticated:
        request.session.cycle_key()
    remember(request, number)


def adopt_at_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """What this session ordered as a guest, with the address of the account, belongs to it now."""
    if request is None or not hasattr(request, "session"):
        return
    # Seen until now by their basket, which becomes the account's.
    for number in Order.objects.of_basket(cart.token_in(request.session)):
        remember(request, number)
    if numbers := request.session.get(ORDERS_KEY, []):
        adopting.adopt_orders(user=user, numbers=numbers)
