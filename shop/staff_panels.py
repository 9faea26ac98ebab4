"""What the front page of the admin says of orders, refunds and stock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookstore.panels import Cell, Choices, Column, Content, Figure, Panel
from catalog.money import format_count

from . import sales
from .models import BookSales, Order, Refund, RefundRequest
from .sales_panels import SALES_PANELS, as_of_words, list_of_sales

# The column that says where an order stands.
STATE = "fulfilment"
LOW_SHOWN = 15
SOLD_IN_DAYS = 90


def orders_by_state(*, now: datetime, is_whole: bool) -> Content:
    counted = Order.objects.count_by(STATE)
    state: Any = Order._meta.get_field(STATE)
    return Content(
        columns=[
            Column("state", _("State")),
            Column("orders", _("Orders"), is_number=True),
        ],
        rows=[
            (
                Cell(state, str(title)),
                Cell(counted.get(state, 0), format_count(counted.get(state, 0)), _in_state(state)),
            )
            for state, title in state.flatchoices
        ],
    )


def _in_state(state: str) -> str:
    return reverse("admin:shop_order_changelist", query={STATE: state})


class LowStockChoices(Choices):
    # A field of text keeps what was typed wrongly; one of numbers would show nothing.
    low = forms.IntegerField(
        label=gettext_lazy("Copies at most"),
        initial=3,
        min_value=0,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
    )


def low_stock(*, now: datetime, is_whole: bool, low: int) -> Content:
    rows = list(
        BookSales.objects.low_in_stock(SOLD_IN_DAYS, low)[: None if is_whole else LOW_SHOWN]
    )
    as_of = BookSales.objects.counted_at(SOLD_IN_DAYS)
    before = as_of or now
    span = sales.Span(sales.last_days(SOLD_IN_DAYS, before).since, before)
    words = _(
        "Of the %(number)s books that sold most in the last 90 days, those with few copies left,"
        " most sold first."
    ) % {"number": format_count(sales.MOST_BY_COPIES)}
    return Content(
        words=f"{words} {as_of_words(as_of)}",
        columns=[
            Column("title", _("Book")),
            Column("ean", _("ISBN")),
            Column("stock", _("Stock"), is_number=True),
            Column("sold", _("Sold"), is_number=True),
            Column("waiting", _("Waiting"), is_number=True),
        ],
        rows=[_low_row(row, span) for row in rows],
        nothing=_("None of them has so few copies left.") if as_of else "",
    )


def _low_row(row: BookSales, span: sales.Span) -> list[Cell]:
    book = row.book
    of_book = {"book__id__exact": book.pk}
    movements = reverse("admin:catalog_stockmovement_changelist", query=of_book)
    places = {**of_book, "state__in": "waiting,offered"}
    return [
        Cell(book.title, url=reverse("admin:catalog_book_change", args=[book.pk])),
        Cell(book.ean),
        Cell(book.stock, format_count(book.stock), movements),
        Cell(
            row.copies,
            format_count(row.copies),
            list_of_sales(span, book=book.pk),
            # Whoever orders books sees how many were sold, but not which orders the shop took.
            permission="shop.view_sales",
        ),
        Cell(
            book.queue_length,
            format_count(book.queue_length),
            reverse("admin:waitlist_prebooking_changelist", query=places),
        ),
    ]


def refunds(*, now: datetime, is_whole: bool) -> Content:
    waiting = format_count(RefundRequest.objects.waiting().count())
    asked = reverse("admin:shop_refundrequest_changelist", query={"status__exact": "waiting"})
    failed = format_count(Refund.objects.owed().count())
    url = reverse("admin:shop_refund_changelist", query={"owed": "yes"})
    return Content(
        figures=[
            Figure(_("Requests that wait for a second person"), waiting, asked),
            Figure(_("Failed, and still owed"), failed, url),
        ]
    )


PANELS = [
    *SALES_PANELS,
    Panel(
        name="orders_by_state",
        title=gettext_lazy("Orders by state"),
        permission="shop.view_order",
        content=orders_by_state,
        place=30,
    ),
    Panel(
        name="low_stock",
        title=gettext_lazy("Low stock"),
        permission="catalog.view_book",
        content=low_stock,
        place=50,
        choices=LowStockChoices,
        is_wide=True,
    ),
    Panel(
        name="refunds",
        title=gettext_lazy("Refunds"),
        permission="shop.view_refund",
        content=refunds,
        place=12,
        has_table=False,
    ),
]
