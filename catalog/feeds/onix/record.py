"""One record of ONIX becomes one book of the shop, a deletion, or reasons why neither."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from catalog.feeds.reading import Deletion
from catalog.feeds.rows import BookRow
from catalog.feeds.values import line_up_to, read_language

from .dates import read_dates
from .descriptions import read_description
from .goods import is_sold_here, read_goods
from .numbers import find_number, read_number
from .people import read_people
from .product import Product
from .subjects import read_genres
from .supply import read_amount, read_status
from .titles import read_titles

LONGEST_PUBLISHER = 300
LONGEST_LANGUAGE = 8
_TEXT_LANGUAGE = "01"
_PUBLISHER = "01"
# List 1.
_DELETION = "05"
_SALES = ("08", "09")
_TESTS = ("88", "89")


def read_record(product: Product, sent_at: datetime | None) -> BookRow | Deletion | None:
    """What a record says, or nothing if it is to be skipped; the product knows why."""
    kind = product.root.text("NotificationType")
    if kind == _DELETION:
        return _deletion(product, sent_at)
    if kind in _TESTS:
        product.skip("NotificationType", kind, _("A record for tests only."))
    elif kind in _SALES:
        product.skip("NotificationType", kind, _("It says only that a book changed hands."))
    else:
        return _book(product, sent_at)
    return None


def _deletion(product: Product, sent_at: datetime | None) -> Deletion | None:
    ean = find_number(product)
    if not ean and not product.reference:
        product.skip("RecordReference", "", _("It takes a record back and does not say which."))
        return None
    return Deletion(product.line, product.reference, ean, sent_at)


def _book(product: Product, sent_at: datetime | None) -> BookRow | None:
    values = read_titles(product)
    if not is_sold_here(product, values["title"]):
        return None
    ean = read_number(product)
    if any(problem.row_is_skipped for problem in product.problems):
        return None
    values |= read_goods(product) | read_dates(product)
    return BookRow(
        product.line,
        ean,
        contributors=read_people(product),
        genres=read_genres(product),
        publisher=_publisher(product),
        language=_language(product),
        publishing_status=read_status(product),
        price=read_amount(product),
        description=read_description(product),
        reference=product.reference,
        sent_at=sent_at,
        **values,
    )


def _publisher(product: Product) -> str:
    block = product.publishing
    name = block.where("Publisher", "PublishingRole", _PUBLISHER, "").text("PublisherName")
    name = name or block.first("Imprint").text("ImprintName")
    name = name or block.first("Publisher").text("PublisherName")
    return product.fits("PublisherName", name, LONGEST_PUBLISHER)


def _language(product: Product) -> str:
    block = product.descriptive
    said = block.where("Language", "LanguageRole", _TEXT_LANGUAGE).text("LanguageCode")
    text = said or block.text("LanguageOfText") or product.habits.default_language
    code = product.read("LanguageCode", text, read_language) or ""
    return product.read("LanguageCode", code, line_up_to(LONGEST_LANGUAGE)) or ""
