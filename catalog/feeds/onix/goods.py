"""What kind of thing a record describes, and how large it is."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial

from django.utils.translation import gettext as _

from catalog.feeds.values import CACHED, BadValue, number_up_to
from catalog.models import Book
from catalog.tax_classes import TaxClass

from . import codes
from .product import Product, Values

# What hangs on the number of copies is not for readers (list 2).
_TRADE_ONLY = ("20", "30")
_NOT_ALONE = "01"
# Records of display packs often have no form at all.
_DISPLAY = re.compile(r"\b(?:dump ?bin|counter ?pack)s?\b", re.IGNORECASE)
# Lists 23 and 24: counts of pages, those that a book has printed first.
_PAGE_COUNTS = ("00", "11", "05", "07", "06", "08", "10")
_PAGES = "03"
_MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
_GRAMS = {
    "gr": Decimal(1),
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
# List 48.
_MEASURES = {
    "01": ("height_mm", _MILLIMETRES, number_up_to(2_000)),
    "02": ("width_mm", _MILLIMETRES, number_up_to(2_000)),
    "03": ("thickness_mm", _MILLIMETRES, number_up_to(500)),
    "08": ("weight_g", _GRAMS, number_up_to(50_000)),
}
_read_pages = number_up_to(20_000)


def is_sold_here(product: Product, title: str) -> bool:
    """Whether it is anything that the shop could sell; if not, that is noted."""
    block = product.descriptive
    form, composition = block.text("ProductForm"), block.text("ProductComposition")
    epub = block.text("EpubType")
    if form.startswith(codes.LICENCES):
        product.skip("ProductForm", form, _("A licence, which the shop does not sell."))
    elif form.startswith(codes.DOWNLOADS) or (epub and not form.startswith(codes.BOOK_FORMS)):
        product.skip("ProductForm", form, _("A download or e-book, which the shop does not sell."))
    elif form.startswith(codes.TRADE_FORMS):
        product.skip("ProductForm", form, _("Something for the trade, not for readers."))
    elif composition in _TRADE_ONLY:
        product.skip("ProductComposition", composition, _("A pack for the trade, not for readers."))
    elif composition == _NOT_ALONE:
        product.skip("ProductComposition", composition, _("It is not sold by itself."))
    elif not form and _DISPLAY.search(title):
        product.skip("TitleText", title, _("A pack for the trade, not for readers."))
    else:
        return True
    return False


def read_goods(product: Product) -> Values:
    values: Values = {"format": _format(product), "tax_class": _tax_class(product)}
    if pages := _pages(product):
        values["pages"] = pages
    for measure in product.descriptive.all("Measure"):
        kind = measure.text("MeasureType", "MeasureTypeCode")
        if kind in _MEASURES and (name := _MEASURES[kind][0]) not in values:
            unit = measure.text("MeasureUnitCode")
            read = partial(_measured, unit=unit, kind=kind)
            amount = product.read("Measurement", measure.text("Measurement"), read)
            if amount is not None:
                values[name] = amount
    return values


def _format(product: Product) -> str:
    block = product.descriptive
    form = block.text("ProductForm")
    if not form.startswith("B"):
        return ""
    editions = {*block.texts("EditionType"), *block.texts("EditionTypeCode")}
    if editions & codes.LARGE_PRINT_EDITIONS:
        return Book.Format.LARGE_PRINT
    details = set(block.texts("ProductFormDetail"))
    if form == "BC":
        is_pocket = details & codes.POCKET_DETAILS
        return Book.Format.POCKET if is_pocket else Book.Format.PAPERBACK
    if form in ("BB", "BG"):
        is_cloth = details & codes.CLOTH_DETAILS
        return Book.Format.CLOTHBOUND if is_cloth else Book.Format.HARDBACK
    return ""


def _tax_class(product: Product) -> str:
    """What it is taxed as if it is clearly no book; of books staff may know better."""
    form = product.descriptive.text("ProductForm")
    if not form or form.startswith(("B", "S", "W", "0")):
        return ""
    return TaxClass.AUDIO if form.startswith(codes.AUDIO_FORMS) else TaxClass.OTHER


def _pages(product: Product) -> int | None:
    block = product.descriptive
    counts: dict[str, str] = {}
    for extent in block.all("Extent"):
        if extent.text("ExtentUnit") in ("", _PAGES):
            counts.setdefault(extent.text("ExtentType"), extent.text("ExtentValue"))
    for kind in _PAGE_COUNTS:
        if text := _without_zero(counts.get(kind, "")):
            return product.read("ExtentValue", text, _read_pages)
    text = _without_zero(block.text("NumberOfPages", "PagesArabic"))
    return product.read("NumberOfPages", text, _read_pages)


def _without_zero(text: str) -> str:
    """A zero says that nobody has counted."""
    return text if text.strip("0. ") else ""


@lru_cache(CACHED)
def _measured(text: str, *, unit: str, kind: str) -> int | None:
    """A measurement as a whole number of millimetres or grams."""
    _name, units, within = _MEASURES[kind]
    factor = units.get(unit.casefold())
    if not factor:
        raise BadValue(_("The shop does not know the unit %(unit)s.") % {"unit": unit[:20]})
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise BadValue(_("This is not a number.")) from error
    if not amount.is_finite() or amount.adjusted() > 6:
        raise BadValue(_("This is not a number."))
    # A zero says that nobody has measured.
    return within(str(round(amount * factor) or 1)) if amount else None
