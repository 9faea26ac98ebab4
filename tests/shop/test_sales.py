"""What counts as a sale: every figure is held against a plain sum over the orders themselves."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from catalog.models import Book
from shop import sales
from shop.models import BookSales, Order, Payment, Refund
from shop.sales import Sales, Span
from shop.services import fulfilling
from tests.depth import deep_after
from tests.factories import BookFactory
from tests.shop.sold import refund, sell

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
# Clocks go forward on 29 March 2026 and back on 25 October.
SPRING = datetime(2026, 4, 5, 1, 30, tzinfo=LONDON)
AUTUMN = datetime(2026, 11, 1, 1, 30, tzinfo=LONDON)
CHANGE_BACK = datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=LONDON)
NOON = datetime(2026, 6, 18, 12, 0, tzinfo=LONDON)
each_moment = pytest.mark.parametrize("now", deep_after(1, (CHANGE_BACK, SPRING, AUTUMN, NOON)))


def fill_at_random(now: datetime) -> None:
    """Orders of all kinds around the last weeks, many of them next to the edges of days."""
    rng = random.Random(7)
    books = BookFactory.create_batch(6)
    edges = [
        sales.start_of(sales.local_day(now) - timedelta(days=number)) for number in range(32)
    ] + [now.astimezone(UTC), (now - timedelta(days=7)).astimezone(UTC)]
    for _order in range(120):
        slip = timedelta(seconds=rng.choice([-3600, -1, 0, 1, 1800, 3600, 40_000]))
        at = rng.choice(edges) + slip
        status = rng.choice(["confirmed"] * 4 + ["cancelled", "payment_failed", "pending"])
        chosen = rng.sample(books, rng.randint(1, 3))
        lines = {book: rng.randint(1, 3) for book in chosen}
        order = sell(lines, at=at, status=status, discount=Decimal(rng.randint(0, 9)) / 10)
        if status in ("confirmed", "cancelled") and rng.random() < 0.5:
            reason = rng.choice(["returned", "goodwill", "withdrawn", "twice", "cancelled"])
            how = rng.choice(["done", "asked", "failed"])
            refund(order, at=rng.choice(edges) + slip, reason=reason, status=how)


def naive(span: Span) -> Sales:
    """The same with loops and nothing else."""
    sold = [
        order
        for order in Order.objects.all()
        if order.status == "confirmed" and span.since <= order.closed_at < span.before
    ]
    off = [
        refund
        for refund in Refund.objects.all()
        if refund.reason in ("returned", "goodwill", "withdrawn")
        and refund.status != "failed"
        and refund.payment.order.status == "confirmed"
        and span.since <= refund.asked_at < span.before
    ]
    return Sales(
        orders=len(sold),
        copies=sum(item.quantity for order in sold for item in order.items.all()),
        money=sum((order.total for order in sold), Decimal(0)),
        refunds=sum((refund.amount for refund in off), Decimal(0)),
    )


def naive_books(span: Span, by: str) -> list[tuple[int, int, Decimal]]:
    copies: Counter[int] = Counter()
    money: dict[int, Decimal] = Counter()  # type: ignore[assignment]
    for order in Order.objects.filter(status="confirmed"):
        if span.since <= order.closed_at < span.before:
            for item in order.items.all():
                copies[item.book_id] += item.quantity
                money[item.book_id] += item.total
    of = {"copies": copies, "money": money}[by]
    ranked = sorted(copies, key=lambda book: (-of[book], book))
    return [(book, copies[book], money[book]) for book in ranked]


def days_of(now: datetime) -> Iterator[date]:
    return (sales.local_day(now) - timedelta(days=number) for number in range(29, -1, -1))


@pytest.mark.slow
@each_moment
def test_today_and_last_week_agree_with_a_plain_sum(now):
    fill_at_random(now)

    spans = sales.so_far(now)

    assert sales.sales_in(spans) == [naive(span) for span in spans]
    assert all(sold.orders for sold in sales.sales_in(spans))


@pytest.mark.slow
@each_moment
def test_each_day_agrees_with_a_plain_sum(now):
    fill_at_random(now)
    last = sales.local_day(now)
    first = last - timedelta(days=29)

    by_day = sales.sales_by_day(first, last)

    assert by_day == [(day, naive(sales.span_of(day, day))) for day in days_of(now)]
    assert sum(sold.refunds for _day, sold in by_day)


@pytest.mark.slow
@each_moment
def test_days_add_up_to_the_whole_time(now):
    fill_at_random(now)
    last = sales.local_day(now)
    first = last - timedelta(days=29)

    [whole] = sales.sales_in([sales.last_days(30, now)])
    days = [sold for _day, sold in sales.sales_by_day(first, last)]

    assert whole.orders == sum(sold.orders for sold in days)
    assert whole.copies == sum(sold.copies for sold in days)
    assert whole.money == sum(sold.money for sold in days)
    assert whole.refunds == sum(sold.refunds for sold in days)


@pytest.mark.slow
@each_moment
@pytest.mark.parametrize("by", ["copies", "money"])
def test_best_sellers_agree_with_a_plain_sum(now, by):
    fill_at_random(now)
    span = sales.last_days(30, now)

    sold = sales.best_sellers(span, by=by, top=50)

    assert [(one.book, one.copies, one.money) for one in sold] == naive_books(span, by)
    [whole] = sales.sales_in([span])
    assert sum(one.copies for one in sold) == whole.copies


@pytest.mark.parametrize("by", ["copies", "money"])
def test_what_the_worker_counts_is_what_was_sold(by):
    fill_at_random(NOON)

    sales.count_book_sales(now=NOON)

    as_of, sold = sales.counted_best_sellers(90, by=by, top=50)
    span = Span(sales.last_days(90, NOON).since, NOON)
    assert as_of == NOON
    assert [(one.book, one.copies, one.money) for one in sold] == naive_books(span, by)


def test_counting_again_replaces_what_was_counted():
    book = BookFactory()
    order = sell({book: 2}, at=NOON - timedelta(days=50))
    sales.count_book_sales(now=NOON)
    assert BookSales.objects.count() == 2

    fulfilling.move(order, to=Order.Fulfilment.CANCELLED, who="a test", now=NOON)
    sales.count_book_sales(now=NOON)

    assert not BookSales.objects.exists()


def test_only_the_books_that_sold_most_are_kept(monkeypatch):
    monkeypatch.setattr(sales, "MOST_BY_COPIES", 2)
    monkeypatch.setattr(sales, "MOST_BY_MONEY", 1)
    books = [BookFactory(price=price) for price in (90, 20, 10, 5)]
    for copies, book in enumerate(books, start=1):
        sell({book: copies}, at=NOON - timedelta(days=1))

    sales.count_book_sales(now=NOON)

    kept = BookSales.objects.filter(days=90).order_by("book_id").values_list("book_id", flat=True)
    assert list(kept) == [books[0].pk, books[2].pk, books[3].pk]


def test_today_is_held_against_the_same_time_on_the_clock():
    """On the day that has 25 hours; a week before, it was still summer time."""
    now, then = sales.so_far(CHANGE_BACK.replace(hour=14, fold=0))

    assert now == Span(
        datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 14, 30, tzinfo=UTC)
    )
    assert then == Span(
        datetime(2026, 10, 17, 23, tzinfo=UTC), datetime(2026, 10, 18, 13, 30, tzinfo=UTC)
    )


def test_a_time_ends_just_before_its_end():
    sell({BookFactory(): 1}, at=NOON)
    hour = timedelta(hours=1)

    for span, orders in ((Span(NOON - hour, NOON), 0), (Span(NOON, NOON + hour), 1)):
        assert Order.objects.sold(span.since, span.before).count() == orders
        assert len(sales.best_sellers(span, by="copies", top=9)) == orders
        assert sales.sales_in([span])[0].orders == orders


def test_a_day_of_the_shop_is_no_day_of_utc():
    summer = date(2026, 7, 1)

    assert sales.span_of(summer, summer) == Span(
        datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC)
    )
    clocks_go_back = date(2026, 10, 25)
    span = sales.span_of(clocks_go_back, clocks_go_back)
    assert span.before - span.since == timedelta(hours=25)


def test_no_orders_have_no_average():
    assert Sales().average is None
    assert Sales(orders=3, money=Decimal(10)).average == Decimal("3.33")


def test_a_cancelled_order_was_never_a_sale():
    order = sell({BookFactory(): 1}, at=NOON - timedelta(hours=2))
    [before] = sales.sales_in([sales.last_days(1, NOON)])
    fulfilling.move(
        order, to=Order.Fulfilment.CANCELLED, who="a test", now=NOON - timedelta(hours=1)
    )

    [after] = sales.sales_in([sales.last_days(1, NOON)])

    assert (before.orders, after) == (1, Sales())
    assert Payment.objects.get().is_paid
    assert Book.objects.count() == 1
