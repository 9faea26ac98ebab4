"""A copy that the waiting list holds goes into a basket."""

import uuid
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from shop import cart
from shop.cart import Shopper
from shop.held import as_seen
from shop.models import CartItem
from waitlist.models import PreBooking
from waitlist.offers import NotHeld
from waitlist.places import IsBeingOrdered, NoSuchPlace


class Accepted(NamedTuple):
    """The line with the held copy, and how many copies of the book the basket had before."""

    line: CartItem
    copies_before: int


@transaction.atomic
def accept_held(*, shopper: Shopper, key: uuid.UUID, now: datetime) -> Accepted:
    """Put the copy that is held for the place with this key into the basket.

    A line of the same book, also one that was saved for later, is this one copy from then on. Asked
    again, nothing changes. The copy stays bound to its place, and goes to the first order that takes
    it. Raises NoSuchPlace, IsBeingOrdered, NotHeld or cart.NotForSale, with nothing changed.
    """
    place = _held_place(key, now)
    basket = cart.locked_cart(shopper, now)
    line = basket.items.filter(book=place.book).first() or CartItem(cart=basket, quantity=0)
    copies_before = line.copies_in_basket
    line.book, line.held = place.book, place
    [line] = as_seen([line], now)
    line.price_seen = line.book.price or line.price_seen
    return Accepted(cart.choose(line, 1), copies_before)


def _held_place(key: uuid.UUID, now: datetime) -> PreBooking:
    """The place with its book. No lock: a basket promises nothing, and the checkout looks again."""
    place = PreBooking.objects.select_related("book").defer("book__search").filter(key=key).first()
    if place is None:
        raise NoSuchPlace
    if place.is_being_ordered:
        raise IsBeingOrdered(place)
    if not place.is_held(now):
        raise NotHeld(place)
    return place
