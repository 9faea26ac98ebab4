"""Which orders a reader may see: their account's, and those that this session placed or opened."""

from django.http import HttpRequest

from shop.models import Order
from shop.querysets import OrderQuerySet

ORDERS_KEY = "orders"
MOST_REMEMBERED = 50


def visible_orders(request: HttpRequest) -> OrderQuerySet:
    user = request.user if request.user.is_authenticated else None
    return Order.objects.visible_to(user=user, numbers=request.session.get(ORDERS_KEY, []))


def remember(request: HttpRequest, number: str) -> None:
    known = [other for other in request.session.get(ORDERS_KEY, []) if other != number]
    request.session[ORDERS_KEY] = [*known, number][-MOST_REMEMBERED:]
