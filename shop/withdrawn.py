"""What becomes of baskets and orders when a book is withdrawn: catalog/withdrawal.py."""

from django.utils.translation import ngettext

from catalog.models import Book
from catalog.money import format_count
from catalog.withdrawal import Effect

from .models import CartItem, Order, OrderItem


class BasketsEffect(Effect):
    def words(self, book: Book) -> str:
        number = CartItem.objects.filter(book=book).count()
        words = ngettext(
            "It is in %(number)s basket, where it says that it is no longer sold; it cannot be ordered.",
            "It is in %(number)s baskets, where it says that it is no longer sold; it cannot be ordered.",
            number,
        )
        return words % {"number": format_count(number)} if number else ""


class OrdersEffect(Effect):
    def words(self, book: Book) -> str:
        theirs = OrderItem.objects.filter(book=book).values("order")
        open_or_paid = (Order.Status.PENDING, Order.Status.CONFIRMED)
        number = Order.objects.filter(
            pk__in=theirs, status__in=open_or_paid, posted_at=None
        ).count()
        words = ngettext(
            "%(number)s order with it is not posted yet: it stays as it was placed.",
            "%(number)s orders with it are not posted yet: they stay as they were placed.",
            number,
        )
        return words % {"number": format_count(number)} if number else ""


EFFECTS = [BasketsEffect(), OrdersEffect()]
