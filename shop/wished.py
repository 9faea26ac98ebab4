"""What goes from a wishlist into a basket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
    # Before the list is read, so that a second click reads what the first has left of it.
    basket = cart.locked_cart(Shopper(user=user), now)
    there = {line.book_id: line for line in cart.seen_lines(basket.items.all(), now)}
    wanted = [item.book for item in wishlist.items.with_books()]
    chosen = (
        there.get(book.pk) or CartItem(cart=basket, book=book, quantity=0)
        for book in wanted
        if book.availability.can_buy
    )
    lines = [line for line in chosen if _is_added(line)]
    if lines:
        wishlists.remove(user=user, books=[line.book for line in lines], wishlist=wishlist)
    return Moved(lines, len(wanted) - len(lines))


def _is_added(line: CartItem) -> bool:
    """Have one copy more on a line of a locked basket. False if there is none to be had."""
    try:
        cart.choose(line, line.copies_in_basket + 1)
    except cart.CannotChangeBasket:
        return False
    return True
