"""A held copy in tests: how it comes, and how it stands in a basket."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from catalog.models import Book
from shop import cart
from shop.cart import Shopper
from shop.models import CartItem
from shop.services.accepting import accept_held
from tests.waitlist.lists import deliver, join
from waitlist.models import PreBooking


def hold_a_copy(book: Book) -> PreBooking:
    """A place in line for a book that nobody can buy, for which the next copy has come."""
    place = join(book)
    deliver(book, 1)
    return PreBooking.objects.get(pk=place.pk)


def accept(held: PreBooking, shopper: Shopper, now: datetime | None = None) -> CartItem:
    return accept_held(shopper=shopper, key=held.key, now=now or timezone.now()).line


def line_of(shopper: Shopper) -> CartItem:
    """The only line of a basket, in it or saved for later."""
    basket = cart.basket_of(shopper)
    [line] = [*basket.lines, *basket.saved]
    return line


def after_the_hold(held: PreBooking) -> datetime:
    assert held.hold_until is not None
    return held.hold_until + timedelta(minutes=1)


def is_held(held: PreBooking) -> bool:
    return PreBooking.objects.get(pk=held.pk).is_held(timezone.now())


def reprice(book: Book, price: str) -> None:
    Book.objects.filter(pk=book.pk).update(price=Decimal(price))
