"""What goes from a wishlist into a basket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from catalog.models import Book
from waitlist import wishlists
from waitlist.models import Wishlist

from . import cart
from .cart import Shopper
from .models import CartItem


@dataclass(frozen=True)
class Moved:
    """The lines that are in the basket now, and how many books stay on the list."""

    lines: Sequence[CartItem]
    staying: int


@transaction.atomic
def move_to_basket(
    *, user: User, book: Book, wishlist: Wishlist | None = None, now: datetime
) -> CartItem:
    """Put one copy into the basket, and take the book off a list, or off all of theirs.

    Whoever clicks twice has one copy: the second click finds nothing to take off, which undoes it.
    Raises cart.NotForSale, cart.TooManyCopies or wishlists.BookIsGone.
    """
    line = cart.add(shopper=Shopper(user=user), book=book, quantity=1, now=now)
    wishlists.remove(user=user, books=[book], wishlist=wishlist)
    return line


@transaction.atomic
def move_all_to_basket(*, user: User, wishlist: Wishlist, now: datetime) -> Moved:
    """The same with each book of a list that can be bought; the others stay where they are."""
    shopper = Shopper(user=user)
    # Before the list is read, so that a second click reads what the first has left of it.
    cart.locked_cart(shopper, now)
    wanted = [item.book for item in wishlist.items.with_books()]
    lines = [line for book in wanted if (line := _added(shopper, book, now))]
    if lines:
        wishlists.remove(user=user, books=[line.book for line in lines], wishlist=wishlist)
    return Moved(lines, len(wanted) - len(lines))


def _added(shopper: Shopper, book: Book, now: datetime) -> Any:
    """The line of one copy more, None if there is none to be had."""
    if not book.availability.can_buy:
        return None
    try:
        return cart.add(shopper=shopper, book=book, quantity=1, now=now)
    except cart.CannotChangeBasket:
        return None
