"""What the shop has sold: the one place that says what counts as a sale, and when.

A sale is an order that is paid for, at the moment it was paid; the sum is what the order came to,
with delivery and tax. An order that is cancelled is no sale any more, on no day. Money given back
for a sale is not taken off, but counted beside it, at the moment it was promised. Days are those
of the shop's time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from catalog.batches import only_batch_job
from catalog.money import to_cents

from .models import BookSales, Order, OrderItem, Refund

ZERO = Decimal("0.00")
WEEK = timedelta(days=7)
# Sums over as many days take too long to be made while somebody waits.
COUNTED = (90, 365)
# So many of the books that sold most in such a time are kept: by copies, and by money.
MOST_BY_COPIES, MOST_BY_MONEY = 2_000, 50


@dataclass(frozen=True)
class Span:
    """From `since` on and until just before `before`."""

    since: datetime
    before: datetime


@dataclass(frozen=True)
class Sales:
    """What was sold in some time: orders, copies of books, and money in the shop's currency."""

    orders: int = 0
    copies: int = 0
    money: Decimal = ZERO
    refunds: Decimal = ZERO

    @property
    def average(self) -> Decimal | None:
        """What an order came to, to the cent; None if there was none."""
        return to_cents(self.money / self.orders) if self.orders else None


@dataclass(frozen=True)
class SoldBook:
    """What was sold of one book; its money is that of its lines, without delivery."""

    book: int
    copies: int
    money: Decimal


def local_day(now: datetime) -> date:
    return timezone.localdate(now, timezone.get_default_timezone())


def start_of(day: date) -> datetime:
    """The moment at which a day begins in the shop."""
    return datetime.combine(day, time.min, timezone.get_default_timezone()).astimezone(UTC)


def span_of(first: date, last: date) -> Span:
    """All of these days."""
    return Span(start_of(first), start_of(last + timedelta(days=1)))


def last_days(days: int, now: datetime) -> Span:
    """Today and the days before it, `days` in all."""
    today = local_day(now)
    return span_of(today - timedelta(days=days - 1), today)


def so_far(now: datetime) -> tuple[Span, Span]:
    """Today up to now, and the same weekday of last week up to the same time on the clock."""
    there = timezone.localtime(now, timezone.get_default_timezone())
    then = there - WEEK
    return (
        Span(start_of(there.date()), now),
        Span(start_of(then.date()), then.astimezone(UTC)),
    )


def sales_in(spans: Sequence[Span]) -> list[Sales]:
    """The sales of each of some times, in three queries."""
    whole = min(span.since for span in spans), max(span.before for span in spans)

    def each(of: QuerySet[Any], at: str, **sums: Any) -> list[dict[str, Any]]:
        within = [Q(**{f"{at}__gte": span.since, f"{at}__lt": span.before}) for span in spans]
        asked = {
            f"{name}_{number}": kind(column, filter=inside)
            for number, inside in enumerate(within)
            for name, (kind, column) in sums.items()
        }
        found = of.aggregate(**asked)
        return [{name: found[f"{name}_{n}"] or 0 for name in sums} for n in range(len(within))]

    orders = each(
        Order.objects.sold(*whole), "closed_at", orders=(Count, "closed_at"), money=(Sum, "total")
    )
    copies = each(OrderItem.objects.sold(*whole), "order__closed_at", copies=(Sum, "quantity"))
    refunds = each(_refunds(*whole), "asked_at", refunds=(Sum, "amount"))
    return [
        _sales(one | two | three) for one, two, three in zip(orders, copies, refunds, strict=True)
    ]


def sales_by_day(first: date, last: date) -> list[tuple[date, Sales]]:
    """The sales of each of these days, also of those without any, in three queries."""
    span = span_of(first, last)

    def each(of: QuerySet[Any], at: str, **sums: Any) -> dict[date, dict[str, Any]]:
        local = TruncDate(at, tzinfo=timezone.get_default_timezone())
        rows = of.order_by().annotate(day=local).values("day").annotate(**sums)
        return {row.pop("day"): row for row in rows}

    inside = span.since, span.before
    orders = each(
        Order.objects.sold(*inside), "closed_at", orders=Count("closed_at"), money=Sum("total")
    )
    copies = each(OrderItem.objects.sold(*inside), "order__closed_at", copies=Sum("quantity"))
    refunds = each(_refunds(*inside), "asked_at", refunds=Sum("amount"))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        (day, _sales(orders.get(day, {}) | copies.get(day, {}) | refunds.get(day, {})))
        for day in days
    ]


def best_sellers(span: Span, *, by: str, top: int) -> list[SoldBook]:
    """The books that sold most in that time, by "copies" or by "money", in one query."""
    money = Sum(F("unit_price") * F("quantity") - F("discount"))
    lines = OrderItem.objects.sold(span.since, span.before).order_by().values("book_id")
    rows = lines.annotate(copies=Sum("quantity"), money=money).order_by(f"-{by}", "book_id")[:top]
    return [SoldBook(row["book_id"], row["copies"], row["money"]) for row in rows]


def counted_best_sellers(days: int, *, by: str, top: int) -> tuple[datetime | None, list[SoldBook]]:
    """The same of one of the times COUNTED, and as of when; None if the worker has yet to count."""
    rows = list(BookSales.objects.filter(days=days).order_by(f"-{by}", "book_id")[:top])
    sold = [SoldBook(row.book_id, row.copies, row.money) for row in rows]
    return (rows[0].as_of if rows else None), sold


def count_book_sales(*, now: datetime) -> None:
    """Bring BookSales up to date. Whoever reads meanwhile sees all of the old or all of the new."""
    with only_batch_job(), transaction.atomic():
        BookSales.objects.all().delete()
        for days in COUNTED:
            span = Span(last_days(days, now).since, now)
            most = best_sellers(span, by="copies", top=MOST_BY_COPIES)
            dear = best_sellers(span, by="money", top=MOST_BY_MONEY)
            BookSales.objects.bulk_create(
                BookSales(
                    days=days, book_id=sold.book, copies=sold.copies, money=sold.money, as_of=now
                )
                for sold in {sold.book: sold for sold in (*most, *dear)}.values()
            )


def _refunds(since: datetime, before: datetime) -> QuerySet[Any]:
    return Refund.objects.of_sales().filter(asked_at__gte=since, asked_at__lt=before)


def _sales(found: dict[str, Any]) -> Sales:
    return Sales(
        orders=found.get("orders", 0),
        copies=found.get("copies", 0),
        money=Decimal(found.get("money", ZERO)),
        refunds=Decimal(found.get("refunds", ZERO)),
    )
