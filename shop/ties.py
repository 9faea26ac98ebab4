"""What of orders and baskets keeps a book: see bookstore/keeping.py."""

from django.utils.translation import ngettext

from bookstore.keeping import Tie
from catalog.models import Book, Genre
from catalog.money import format_count

from .models import CartItem, GoodsInLine, OrderItem, StockTakeLine, Voucher


def _orders(number: int) -> str:
    words = ngettext("it is in %(number)s order", "it is in %(number)s orders", number)
    return words % {"number": format_count(number)}


def _baskets(number: int) -> str:
    words = ngettext("it is in %(number)s basket", "it is in %(number)s baskets", number)
    return words % {"number": format_count(number)}


def _vouchers(number: int) -> str:
    words = ngettext("%(number)s voucher leaves it out", "%(number)s vouchers leave it out", number)
    return words % {"number": format_count(number)}


def _deliveries(number: int) -> str:
    words = ngettext("%(number)s delivery has it", "%(number)s deliveries have it", number)
    return words % {"number": format_count(number)}


def _counts(number: int) -> str:
    words = ngettext("it is in %(number)s count", "it is in %(number)s counts", number)
    return words % {"number": format_count(number)}


TIES = [
    Tie(Book, lambda pk: OrderItem.objects.filter(book=pk).values("order").distinct(), _orders),
    Tie(Book, lambda pk: CartItem.objects.filter(book=pk), _baskets),
    Tie(Book, lambda pk: Voucher.objects.filter(excluded_books=pk), _vouchers),
    Tie(Book, lambda pk: GoodsInLine.objects.filter(book=pk), _deliveries),
    Tie(Book, lambda pk: StockTakeLine.objects.filter(book=pk), _counts),
    Tie(Genre, lambda pk: Voucher.objects.filter(excluded_genres=pk), _vouchers),
]
