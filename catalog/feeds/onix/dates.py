"""Dates as ONIX writes them (list 55)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache, partial

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.feeds.rows import NEW_FOR, YEARS_AHEAD
from catalog.feeds.values import CACHED, BadValue, Published, day_of_sale, read_published
from catalog.models import Book

from .product import Product, Values
from .tree import Composite

_PUBLISHED, _EMBARGO = "01", "02"
# By their numbers in list 55: year and week, quarter or season; free text; the Islamic calendar.
_WEEKS, _QUARTERS, _SEASONS = ("02", "08"), ("03", "09"), ("04", "10")
_TEXTS, _HIJRI = ("12", "32"), ("20", "21", "25", "32")
_DIGITS = re.compile(r"([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2}))?)?(?:T[0-9:]*.*)?")
_SENT = re.compile(
    r"([0-9]{8})(?:[T ]([0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?)(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def read_dates(product: Product) -> Values:
    """When it is published and on sale from; without an embargo a new book is from the day it is out."""
    values: Values = {}
    last_year = product.habits.today.year + YEARS_AHEAD
    published = next(_read_all(product, _publications(product), last_year), None)
    if published:
        values = {"published_on": published.on, "published_precision": published.precision}
    embargoes = [
        found.on
        for found in _read_all(product, _embargoes(product), last_year)
        if found.precision == Book.DatePrecision.DAY
    ]
    if embargoes:
        values["on_sale_on"] = max(embargoes)
    elif published and (day := day_of_sale(published, product.habits.today - NEW_FOR)):
        values["on_sale_on"] = day
    return values


type _Said = Iterator[tuple[str, str, str]]


def _publications(product: Product) -> _Said:
    """(element, text, format) of what may be the day of publication, best first."""
    yield from _dated(product.publishing, "PublishingDate", "PublishingDateRole", _PUBLISHED)
    if product.is_old:
        yield "PublicationDate", product.root.text("PublicationDate"), ""
    for market in product.markets:
        for detail in market.all("MarketPublishingDetail"):
            yield from _dated(detail, "MarketDate", "MarketDateRole", _PUBLISHED)


def _embargoes(product: Product) -> _Said:
    yield from _dated(product.publishing, "PublishingDate", "PublishingDateRole", _EMBARGO)
    for market in product.markets:
        for detail in market.all("MarketPublishingDetail"):
            yield from _dated(detail, "MarketDate", "MarketDateRole", _EMBARGO)
    for supply in product.supplies:
        yield from _dated(supply, "SupplyDate", "SupplyDateRole", _EMBARGO)
        if text := supply.text("OnSaleDate"):
            yield "OnSaleDate", text, ""


def _dated(block: Composite, name: str, kind: str, role: str) -> _Said:
    for one in block.all(name):
        if one.text(kind) == role:
            yield (name, *_said(one))


def _said(composite: Composite) -> tuple[str, str]:
    """The text of a date, and its format, which may stand beside it or be its attribute."""
    elements = composite.parts.get("Date", ())
    attribute = elements[0].get("dateformat") if elements else None
    return composite.text("Date"), composite.text("DateFormat") or str(attribute or "")


def _read_all(product: Product, said: _Said, last_year: int) -> Iterator[Published]:
    for element, text, kind in said:
        found = product.read(element, text, partial(read_date, kind=kind, last_year=last_year))
        if found:
            yield found


@lru_cache(CACHED)
def read_date(text: str, kind: str, last_year: int) -> Published:
    """A date in a format of list 55 or, since feeds say the wrong one, in one that it looks like.

    Of a span the first day counts, and of a week, a quarter or a season the year.
    """
    if kind in _TEXTS or kind in _HIJRI:
        raise BadValue(_("The shop cannot read dates of this kind."))
    if kind in (*_WEEKS, *_QUARTERS, *_SEASONS):
        return read_published(text[:4], last_year=last_year)
    if kind in ("06", "07", "11"):
        text = text[: len(text) // 2]
    found = _DIGITS.fullmatch(text)
    if not found:
        return read_published(text, last_year=last_year)
    year, month, day = found.groups()
    # Zeros fill the place of what is not known.
    known = [
        part for part in (year, month, day if month != "00" else None) if part not in (None, "00")
    ]
    return read_published("-".join(known), last_year=last_year)


def read_day(text: str, kind: str = "") -> date | None:
    """The day from or until which a price holds; None if it cannot be read."""
    try:
        found = read_date(text, kind, 9998)
    except BadValue:
        return None
    return found.on


def read_sent(text: str) -> datetime:
    """When a message was sent: a day, or a time with its zone or in the shop's own.

    Raises BadValue.
    """
    found = _SENT.fullmatch(text.replace("-", "", 2) if text[4:5] == "-" else text)
    try:
        if not found:
            raise ValueError(text)
        day, time, zone = found.groups()
        written = f"{day}{(time or '').replace(':', '').ljust(6, '0')}"
        if zone:
            return datetime.strptime(f"{written}{zone}", "%Y%m%d%H%M%S%z")
        sent = datetime.strptime(f"{written}Z", "%Y%m%d%H%M%S%z")
    except ValueError as error:
        raise BadValue(_("This is not a date.")) from error
    return sent.replace(tzinfo=timezone.get_default_timezone())
