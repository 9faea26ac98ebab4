"""What of waiting lists and wishlists keeps a book: see bookstore/keeping.py."""

from django.utils.translation import ngettext

from bookstore.keeping import Tie
from catalog.models import Book
from catalog.money import format_count

from .models import Arrival, ExpectedDelivery, PreBooking, RestockAlert, WishlistItem


def _places(number: int) -> str:
    words = ngettext(
        "%(number)s person waits or waited for it",
        "%(number)s people wait or waited for it",
        number,
    )
    return words % {"number": format_count(number)}


def _rounds(number: int) -> str:
    words = ngettext(
        "%(number)s round of its waiting list is on record",
        "%(number)s rounds of its waiting list are on record",
        number,
    )
    return words % {"number": format_count(number)}


def _wishes(number: int) -> str:
    words = ngettext("it is on %(number)s wishlist", "it is on %(number)s wishlists", number)
    return words % {"number": format_count(number)}


def _alerts(number: int) -> str:
    words = ngettext(
        "%(number)s reader asked to be told when it is back",
        "%(number)s readers asked to be told when it is back",
        number,
    )
    return words % {"number": format_count(number)}


def _deliveries(number: int) -> str:
    words = ngettext(
        "%(number)s delivery of it is expected", "%(number)s deliveries of it are expected", number
    )
    return words % {"number": format_count(number)}


TIES = [
    Tie(Book, lambda pk: PreBooking.objects.filter(book=pk), _places),
    Tie(Book, lambda pk: Arrival.objects.filter(book=pk), _rounds),
    Tie(Book, lambda pk: WishlistItem.objects.filter(book=pk), _wishes),
    Tie(Book, lambda pk: RestockAlert.objects.open().filter(book=pk), _alerts),
    Tie(Book, lambda pk: ExpectedDelivery.objects.filter(book=pk), _deliveries),
]
