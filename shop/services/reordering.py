"""The books of an order go into the basket once more."""

from datetime import datetime

from django.utils.translation import ngettext

from shop import cart
from shop.cart import Shopper
from shop.models import Order, OrderItem


def order_again(*, order: Order, shopper: Shopper, now: datetime) -> list[str]:
    """Put the books of an order into the basket, each in as many copies as there are.

    Returns a sentence for the shopper about each book that is not there, or not in all its copies.
    """
    items = order.items.select_related("book").defer("book__search").order_by("book_id")
    return [words for item in items if (words := _put_in(item, shopper, now))]


def _put_in(item: OrderItem, shopper: Shopper, now: datetime) -> str:
    # One at the least, so that the basket itself says why a book that is gone cannot be had.
    quantity = max(1, min(item.quantity, item.book.stock))
    try:
        cart.add(shopper=shopper, book=item.book, quantity=quantity, now=now)
    except cart.CannotChangeBasket as refusal:
        return str(refusal)
    if quantity == item.quantity:
        return ""
    words = ngettext(
        "Only one copy of “%(title)s” is left. It is in your basket.",
        "Only %(left)d copies of “%(title)s” are left. They are in your basket.",
        quantity,
    )
    return words % {"title": item.book.title, "left": quantity}
