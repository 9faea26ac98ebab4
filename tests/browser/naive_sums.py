"""What the front page of the admin should say, added up row by row, as one would with a pencil."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from catalog.models import Book
from shop.models import Order, Payment
from waitlist.models import PreBooking

FEW = 3


@dataclass
class Sold:
    orders: int = 0
    copies: int = 0
    money: Decimal = Decimal(0)
    refunds: Decimal = Decimal(0)

    @property
    def shown(self) -> list[str]:
        return [str(self.orders), str(self.copies), price(self.money), price(self.refunds)]


def price(money: Decimal) -> str:
    return f"£{money:,.2f}"


def day_of(now: datetime) -> tuple[datetime, datetime]:
    """From midnight on the shop's clock until then."""
    there = timezone.localtime(now)
    return datetime.combine(there.date(), time.min, there.tzinfo), now


def days(number: int, now: datetime) -> list[date]:
    """Today and those before it."""
    return [timezone.localdate(now) - timedelta(days=days) for days in range(number)]


def paid() -> Iterator[tuple[Order, Payment]]:
    """Orders whose money the shop has, with the payment that brought it."""
    for order in Order.objects.order_by("pk"):
        for payment in order.payments.all():
            if payment.paid and order.status != Order.Status.CANCELLED:
                yield order, payment


def sold(since: datetime, before: datetime) -> Sold:
    found = Sold()
    for order, payment in paid():
        if since <= payment.settled_at < before:
            found.orders += 1
            found.copies += sum(item.quantity for item in order.items.all())
            found.money += payment.paid
        for refund in payment.refunds.all():
            if since <= refund.asked_at < before:
                found.refunds += refund.amount
    return found


def sold_on(day: date) -> Sold:
    midnight = datetime.combine(day, time.min, timezone.get_default_timezone())
    next_day = day + timedelta(days=1)
    return sold(midnight, datetime.combine(next_day, time.min, midnight.tzinfo))


def states() -> dict[str, str]:
    """How many orders there are in each state that has any."""
    counted = Counter(order.get_fulfilment_display() for order in Order.objects.all())
    return {state: str(number) for state, number in counted.items()}


def copies_sold() -> dict[Book, int]:
    counted: dict[Book, int] = defaultdict(int)
    for order, _payment in paid():
        for item in order.items.select_related("book"):
            counted[item.book] += item.quantity
    return counted


def best_sellers() -> set[tuple[str, ...]]:
    """Their titles, copies and money; where no voucher and no other price was ever used."""
    return {
        (book.title, str(copies), price(copies * (book.price or Decimal(0))))
        for book, copies in copies_sold().items()
    }


def low_stock() -> set[tuple[str, ...]]:
    """Books that were sold and are few: titles, stock, copies sold, people who wait."""
    waiting = Counter(PreBooking.objects.living().values_list("book", flat=True))
    return {
        (book.title, str(book.stock), str(copies), str(waiting[book.pk]))
        for book, copies in copies_sold().items()
        if book.stock <= FEW
    }
