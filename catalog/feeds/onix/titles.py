"""What a record calls its book, and the series that it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from catalog.feeds.rows import LONGEST_TITLE

from .product import Product, Values
from .tree import NOTHING, Composite

LONGEST_SERIES = 300
LONGEST_NUMBER = 20
# The title proper, one that is not said to be any kind, and the one of the distributor.
_TITLE_TYPES = ("01", "00", "10")
_PRODUCT, _COLLECTION = "01", "02"
# “Book of Hymns, The”: sorted, not printed.
_ARTICLE_BEHIND = re.compile(r"(?P<rest>[^,:]+), (?P<article>The|A|An)")


def read_titles(product: Product) -> Values:
    """Title, subtitle, series and number in it; without a title the record is to be skipped."""
    detail = _title_detail(product)
    element = _element(detail, _PRODUCT) or (detail if product.is_old else NOTHING)
    above = _element(detail, _COLLECTION)
    part = element.text("PartNumber")
    series, number = _series(product)
    if above:
        series, number = series or _text(above), number or part
    title = _text(element) or product.root.text("DistinctiveTitle")
    if not title and above:
        # A volume without a title of its own is called what the whole is called.
        title = f"{_text(above)} {part}".strip()
    if not title:
        product.skip("TitleText", "", _("No title."))
    elif len(title) > LONGEST_TITLE:
        reason = _("Longer than %(longest)d characters.") % {"longest": LONGEST_TITLE}
        product.skip("TitleText", title, reason)
    series = product.fits("Collection", series, LONGEST_SERIES)
    return {
        "title": title,
        "subtitle": product.fits("Subtitle", element.text("Subtitle"), LONGEST_TITLE),
        "series": series,
        "series_number": product.fits("PartNumber", number, LONGEST_NUMBER) if series else "",
    }


def _title_detail(product: Product) -> Composite:
    name = "Title" if product.is_old else "TitleDetail"
    block = product.descriptive
    return block.where(name, "TitleType", *_TITLE_TYPES) if name in block.parts else NOTHING


def _element(detail: Composite, level: str) -> Composite | None:
    elements = (one for one in detail.all("TitleElement"))
    return next((one for one in elements if one.text("TitleElementLevel") == level), None)


def _text(element: Composite) -> str:
    """A title as it is printed, put together where its article stands apart."""
    if title := element.text("TitleText"):
        found = _ARTICLE_BEHIND.fullmatch(title)
        return f"{found['article']} {found['rest']}" if found else title
    prefix, rest = element.text("TitlePrefix"), element.text("TitleWithoutPrefix")
    gap = "" if prefix.endswith(("'", "’", "-")) else " "
    return f"{prefix}{gap}{rest}".strip() if rest else ""


def _series(product: Product) -> tuple[str, str]:
    if product.is_old:
        return _old_series(product.root)
    collections = sorted(product.descriptive.all("Collection"), key=_is_ascribed)
    return next((found for one in collections if (found := _collection(one))[0]), ("", ""))


def _is_ascribed(collection: Composite) -> bool:
    """Whether it is a series only to whoever sells it."""
    return collection.text("CollectionType") == "20"


def _collection(collection: Composite) -> tuple[str, str]:
    elements = [
        element
        for detail in collection.all("TitleDetail")
        for element in detail.all("TitleElement")
    ]
    named = (text for element in elements if (text := _text(element)))
    sequence = collection.first("CollectionSequence").text("CollectionSequenceNumber")
    return next(named, ""), _part_number(elements) or sequence


def _part_number(elements: Iterable[Composite]) -> str:
    return next((number for one in elements if (number := one.text("PartNumber"))), "")


def _old_series(root: Composite) -> tuple[str, str]:
    for series in root.all("Series"):
        title = series.text("TitleOfSeries") or _text(series.first("Title"))
        if title:
            return title, series.text("NumberWithinSeries")
    whole = root.first("Set")
    return whole.text("TitleOfSet"), whole.text("ItemNumberWithinSet")
