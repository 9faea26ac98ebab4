"""Books as a message of ONIX 3.0, for partners and for import_onix, which reads it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

from catalog.availability import availability
from catalog.feeds import own
from catalog.feeds.rows import NEW_FOR
from catalog.models import Book
from catalog.money import tax_within

from . import onix_codes as codes
from .books import WholeBook
from .onix_description import description_block
from .onix_goods import descriptive_detail
from .xml import NAMESPACE, Xml, element, opening

RELEASE = "3.0"


@dataclass(frozen=True)
class Terms:
    """What holds for all books of a message."""

    now: datetime
    # In the shop's time zone.
    today: date
    # The rate in per cent that a price contains, None where nobody knows.
    tax_rate: Callable[[str], Decimal | None]

    @property
    def prefix(self) -> str:
        """What the shop's own records are called by, so that no other sender has the same ones."""
        return urlsplit(settings.SITE_URL).hostname or "localhost"


def write_message(file: BinaryIO, books: Iterable[Sequence[WholeBook]], terms: Terms) -> None:
    """Write a message with a record for each book, of which few are in memory at a time."""
    root = opening("ONIXMessage", release=RELEASE, xmlns=NAMESPACE)
    file.write(f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>\n{_header(terms)}\n'.encode())
    for some in books:
        file.write("".join([f"{product(whole, terms)}\n" for whole in some]).encode())
    file.write(b"</ONIXMessage>\n")


def _header(terms: Terms) -> Xml:
    sent = terms.now.astimezone(UTC)
    return element(
        "Header",
        element(
            "Sender",
            element("SenderName", own.write_line(settings.SHOP["name"])),
            element("EmailAddress", settings.SHOP["email"]),
        ),
        element("SentDateTime", f"{sent:%Y%m%dT%H%M%SZ}"),
    )


def product(whole: WholeBook, terms: Terms) -> Xml:
    book = whole.book
    return element(
        "Product",
        element("RecordReference", f"{terms.prefix}.{book.ean}"),
        element("NotificationType", codes.CONFIRMED),
        *_identifiers(book),
        descriptive_detail(whole),
        description_block(whole.description),
        _publishing_detail(book, terms),
        _product_supply(book, terms),
    )


def _identifiers(book: Book) -> Iterator[Xml]:
    if book.ean.startswith(codes.IN_STORE):
        yield element(
            "ProductIdentifier",
            element("ProductIDType", codes.OWN_NUMBER),
            element("IDTypeName", own.write_line(settings.SHOP["name"])),
            element("IDValue", book.ean),
        )
        return
    kinds = [codes.GTIN_13, codes.ISBN_13] if book.isbn else [codes.GTIN_13]
    for kind in kinds:
        yield element(
            "ProductIdentifier", element("ProductIDType", kind), element("IDValue", book.ean)
        )


def _publishing_detail(book: Book, terms: Terms) -> Xml | None:
    """What its publisher says of it; without one it stands in the next block."""
    name = own.write_line(book.publisher_name)
    if not name:
        return None
    status = codes.PUBLISHING_STATUS.get(book.publishing_status)
    return element(
        "PublishingDetail",
        element(
            "Publisher",
            element("PublishingRole", codes.PUBLISHER),
            element("PublisherName", name),
        ),
        element("PublishingStatus", status) if status else None,
        *_dates("PublishingDate", book, terms),
    )


def _product_supply(book: Book, terms: Terms) -> Xml:
    name = own.write_line(book.publisher_name)
    dates = () if name else tuple(_dates("MarketDate", book, terms))
    return element(
        "ProductSupply",
        element(
            "MarketPublishingDetail",
            element("MarketPublishingStatus", codes.UNSPECIFIED),
            *dates,
        )
        if dates
        else None,
        _our_supply(book, terms),
        _publishers_supply(book, name),
    )


def _dates(element_name: str, book: Book, terms: Terms) -> Iterator[Xml]:
    days = (
        (codes.PUBLICATION, book.published_on, book.published_precision),
        (codes.EMBARGO, _on_sale(book, terms.today), Book.DatePrecision.DAY),
    )
    for role, day, precision in days:
        if day:
            yield _date(element_name, role, day, precision)


def _on_sale(book: Book, today: date) -> date | None:
    """The day from which a book is on sale.

    Whoever reads of a new book without one takes the day of publication for it; one that is sold
    here before that says since when.
    """
    is_exact = book.published_precision == Book.DatePrecision.DAY
    if book.on_sale_on or not book.published_on or not is_exact:
        return book.on_sale_on
    if book.published_on <= today - NEW_FOR or book.price is None:
        return None
    return min(book.published_on, book.added_at.date())


def _date(name: str, role: str, day: date, precision: str = Book.DatePrecision.DAY) -> Xml:
    form, length = codes.DATE_FORMATS[Book.DatePrecision(precision)]
    return element(
        name,
        element(f"{name}Role", role),
        element("Date", day.isoformat().replace("-", "")[:length], dateformat=form),
    )


def _our_supply(book: Book, terms: Terms) -> Xml:
    """What this shop has of it. Its stock is nobody's business."""
    found = availability(book, terms.today)
    day = book.on_sale_on if found.is_to_come else None
    return element(
        "SupplyDetail",
        _supplier(codes.RETAILER, own.write_line(settings.SHOP["name"])),
        element("ProductAvailability", codes.availability_code(found)),
        _date("SupplyDate", codes.EXPECTED, day) if day else None,
        _price(book, terms)
        if book.price is not None
        else element("UnpricedItemType", codes.TO_BE_ANNOUNCED),
    )


def _publishers_supply(book: Book, name: str) -> Xml | None:
    """What its publisher has of it, where the block of publishing cannot say that."""
    status = book.publishing_status
    code = codes.PUBLISHERS_AVAILABILITY.get(status)
    if not code or (name and status not in codes.SAID_BY_AVAILABILITY):
        return None
    return element(
        "SupplyDetail",
        _supplier(codes.FROM_THE_PUBLISHER, name or "Publisher"),
        element("ProductAvailability", code),
        element("UnpricedItemType", codes.CONTACT_SUPPLIER),
    )


def _supplier(role: str, name: str) -> Xml:
    return element("Supplier", element("SupplierRole", role), element("SupplierName", name))


def _price(book: Book, terms: Terms) -> Xml:
    """The price that readers pay, and the tax in it."""
    assert book.price is not None
    rate = terms.tax_rate(book.tax_class)
    return element(
        "Price",
        element("PriceType", codes.WITH_TAX),
        element("PriceAmount", str(book.price)),
        None if rate is None else _tax(book.price, rate),
        element("CurrencyCode", settings.SHOP["currency"]),
    )


def _tax(gross: Decimal, rate: Decimal) -> Xml:
    tax = tax_within(gross, rate)
    return element(
        "Tax",
        element("TaxType", codes.VALUE_ADDED),
        None if rate else element("TaxRateCode", codes.ZERO_RATED),
        element("TaxRatePercent", f"{rate.normalize():f}"),
        element("TaxableAmount", str(gross - tax)),
        element("TaxAmount", str(tax)),
    )
