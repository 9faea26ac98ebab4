"""What the front page of the admin says of sales. What counts as one: shop/sales.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bookstore.panels import Bar, Cell, Chart, Choices, Column, Content, Figure, Panel
from catalog.models import Book
from catalog.money import format_count, format_money

from . import sales
from .sales import Sales, SoldBook, Span

DAYS = 30
THIS_MONTH = "month"
WHAT_COUNTS = gettext_lazy(
    "Orders that were paid, with delivery and tax, at the moment of payment. Cancelled orders do not"
    " count. Refunds are not taken off, but stand beside."
)


def list_of_sales(span: Span, **query: Any) -> str:
    """The orders in the admin that were sold in that time."""
    since, before = (at.astimezone(UTC).isoformat() for at in (span.since, span.before))
    sold = {"status__exact": "confirmed", "closed_at__gte": since, "closed_at__lt": before}
    return reverse("admin:shop_order_changelist", query={**sold, **query})


def list_of_refunds(span: Span) -> str:
    since, before = (at.astimezone(UTC).isoformat() for at in (span.since, span.before))
    asked = {"asked_at__gte": since, "asked_at__lt": before, "of_sales": "yes"}
    return reverse("admin:shop_refund_changelist", query=asked)


def today(*, now: datetime, is_whole: bool) -> Content:
    spans = sales.so_far(now)
    there = timezone.localtime(spans[1].before, timezone.get_default_timezone())
    words = _("So far today, and in brackets last %(weekday)s up to the same time, %(time)s.") % {
        "weekday": formats.date_format(there, "WEEKDAY_NAME_FORMAT"),
        "time": formats.time_format(there, "TIME_FORMAT"),
    }
    return Content(words=words, figures=_compared(sales.sales_in(spans), spans))


def _compared(both: Sequence[Sales], spans: Sequence[Span]) -> list[Figure]:
    (now, then), (url, before_url) = both, (list_of_sales(span) for span in spans)
    back, back_before = (list_of_refunds(span) for span in spans)
    figures = [
        _figure(_("Orders"), now.orders, then.orders, format_count),
        _figure(_("Copies"), now.copies, then.copies, format_count),
        _figure(_("Sales"), now.money, then.money, format_money),
        _figure(_("Average order"), now.average, then.average, format_money),
    ]
    refunds = _figure(_("Refunds"), now.refunds, then.refunds, format_money)
    return [
        *(Figure(**figure, url=url, before_url=before_url) for figure in figures),
        Figure(**refunds, url=back, before_url=back_before),
    ]


def _figure(label: str, now: Any, then: Any, text_of: Any) -> dict[str, str]:
    """What there is now and was then, where None is of no orders, and by how much it differs."""
    known = now is not None and then is not None
    difference = now - then if known else 0
    sign = "+" if difference > 0 else "−"
    return {
        "label": label,
        "text": _("none") if now is None else text_of(now),
        "before": _("none") if then is None else text_of(then),
        "difference": f"{sign}{text_of(abs(difference))}" if difference else "",
    }


def by_day(*, now: datetime, is_whole: bool) -> Content:
    last = sales.local_day(now)
    first = last - timedelta(days=DAYS - 1)
    days = sales.sales_by_day(first, last)
    whole = sales.span_of(first, last)
    money, orders = sum(day.money for _day, day in days), sum(day.orders for _day, day in days)
    return Content(
        words=WHAT_COUNTS,
        figures=[
            Figure(_("Orders"), format_count(orders), list_of_sales(whole)),
            Figure(_("Sales"), format_money(Decimal(money)), list_of_sales(whole)),
        ],
        chart=_chart(days) if orders else None,
        columns=[
            Column("day", _("Day")),
            Column("orders", _("Orders"), is_number=True),
            Column("copies", _("Copies"), is_number=True),
            Column("sales", _("Sales"), is_number=True),
            Column("refunds", _("Refunds"), is_number=True),
        ],
        rows=[_row(day, sold) for day, sold in reversed(days)],
    )


def _row(day: date, sold: Sales) -> list[Cell]:
    span = sales.span_of(day, day)
    url = list_of_sales(span)
    return [
        Cell(day.isoformat(), formats.date_format(day, "SHORT_WEEKDAY_DATE_FORMAT")),
        Cell(sold.orders, format_count(sold.orders), url),
        Cell(sold.copies, format_count(sold.copies), url),
        Cell(sold.money, format_money(sold.money), url),
        Cell(sold.refunds, format_money(sold.refunds), list_of_refunds(span)),
    ]


def _chart(days: Sequence[tuple[date, Sales]]) -> Chart:
    best, most = max(days, key=lambda pair: pair[1].money)
    words = _("The best day was %(day)s with %(money)s.") % {
        "day": formats.date_format(best, "WEEKDAY_FORMAT"),
        "money": format_money(most.money),
    }
    highest = most.money or Decimal(1)
    return Chart(
        title=_("Sales of each of the last 30 days"),
        words=words,
        bars=[Bar(x, round(100 * sold.money / highest)) for x, (_day, sold) in enumerate(days)],
        first=formats.date_format(days[0][0], "MONTH_DAY_FORMAT"),
        last=formats.date_format(days[-1][0], "MONTH_DAY_FORMAT"),
    )


class BestSellerChoices(Choices):
    best_days = forms.ChoiceField(
        label=gettext_lazy("Period"),
        initial="30",
        choices=[
            ("7", gettext_lazy("7 days")),
            ("30", gettext_lazy("30 days")),
            (THIS_MONTH, gettext_lazy("This month")),
            ("90", gettext_lazy("90 days")),
            ("365", gettext_lazy("365 days")),
        ],
    )
    best_by = forms.ChoiceField(
        label=gettext_lazy("By"),
        initial="copies",
        choices=[("copies", gettext_lazy("copies")), ("money", gettext_lazy("money"))],
    )
    best_top = forms.ChoiceField(
        label=gettext_lazy("Top"), initial="10", choices=[(top, top) for top in ("10", "25", "50")]
    )


def best_sellers(
    *, now: datetime, is_whole: bool, best_days: str, best_by: str, best_top: str
) -> Content:
    as_of, span, sold = _sold(now, best_days, best_by, int(best_top))
    books = Book.objects.only("title", "ean").in_bulk([one.book for one in sold])
    words = _("Copies that were paid for, less those of cancelled orders; returned ones count too.")
    return Content(
        words=f"{words} {as_of}",
        columns=[
            Column("place", _("Place"), is_number=True),
            Column("title", _("Book")),
            Column("ean", _("ISBN")),
            Column("copies", _("Copies"), is_number=True),
            Column("money", pgettext("sales", "Money"), is_number=True),
        ],
        rows=[
            _sold_row(place, one, books[one.book], span) for place, one in enumerate(sold, start=1)
        ],
        nothing=_("Nothing was sold in this time."),
    )


def _sold(now: datetime, period: str, by: str, top: int) -> tuple[str, Span, list[SoldBook]]:
    """As of when, if not of now, the time, and the books."""
    if period.isdecimal() and int(period) in sales.COUNTED:
        as_of, sold = sales.counted_best_sellers(int(period), by=by, top=top)
        before = as_of or now
        return as_of_words(as_of), Span(sales.last_days(int(period), before).since, before), sold
    if period == THIS_MONTH:
        day = sales.local_day(now)
        span = sales.span_of(day.replace(day=1), day)
    else:
        span = sales.last_days(int(period), now)
    return "", span, sales.best_sellers(span, by=by, top=top)


def as_of_words(as_of: datetime | None) -> str:
    if as_of is None:
        return _(
            "Sales of so long a time are counted every ten minutes; the first count is still to come."
        )
    there = timezone.localtime(as_of, timezone.get_default_timezone())
    return _("Sales as of %(time)s on %(day)s.") % {
        "time": formats.time_format(there, "TIME_FORMAT"),
        "day": formats.date_format(there, "MONTH_DAY_FORMAT"),
    }


def _sold_row(place: int, sold: SoldBook, book: Book, span: Span) -> list[Cell]:
    url = list_of_sales(span, book=sold.book)
    return [
        Cell(place),
        Cell(book.title, url=reverse("admin:catalog_book_change", args=[book.pk])),
        Cell(book.ean),
        Cell(sold.copies, format_count(sold.copies), url),
        Cell(sold.money, format_money(sold.money), url),
    ]


SALES_PANELS = [
    Panel(
        name="today",
        title=gettext_lazy("Today"),
        permission="shop.view_sales",
        content=today,
        place=10,
        has_table=False,
        is_wide=True,
    ),
    Panel(
        name="sales",
        title=gettext_lazy("The last 30 days"),
        permission="shop.view_sales",
        content=by_day,
        place=20,
        is_wide=True,
        is_folded=True,
    ),
    Panel(
        name="best_sellers",
        title=gettext_lazy("Best sellers"),
        permission="shop.view_sales",
        content=best_sellers,
        place=40,
        choices=BestSellerChoices,
    ),
]
