"""How single values of a feed are read: text as written there in, clean values out."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_symbol
from django.conf import settings
from django.utils.translation import gettext as _

from catalog.availability import PublishingStatus
from catalog.identifiers import MUSIC_PREFIX, SEPARATORS, is_ean, to_isbn13
from catalog.models import Book
from catalog.tax_classes import GOODS

from .onix.codes import PUBLISHING_STATUS

# Printing in Europe begins about here; feeds put the year of the work in place of the edition's.
FIRST_YEAR = 1450
# Codes that mean nothing in a shop's text: marks of order and width that hide in copied text,
# half letters, and control characters that are no white space.
_MEANINGLESS = re.compile(
    "[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+"
)
_SHORTENED = re.compile(r"[0-9]{6,8}[0-9Xx]")
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_RATING = re.compile(r"([0-5](?:\.[0-9]+)?)")
_NUMBER = re.compile(r"([0-9]{1,9})(?:\.0+)?")
_AMOUNT = re.compile(r"([0-9]{1,8})(?:[.,]([0-9]{1,2}))?")
_YEAR = re.compile(r"(-?[0-9]{1,6})(?:\.0+)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?(?:[T ].*)?")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_DOTS = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9-_]+)?")
# Values that a feed repeats are read once.
CACHED = 4096
_STATUSES = {
    **PUBLISHING_STATUS,
    "cancelled": PublishingStatus.CANCELLED,
    "canceled": PublishingStatus.CANCELLED,
    "forthcoming": PublishingStatus.ACTIVE,
    "postponed": PublishingStatus.POSTPONED,
    "postponedindefinitely": PublishingStatus.POSTPONED,
    "active": PublishingStatus.ACTIVE,
    "available": PublishingStatus.ACTIVE,
    "reprinting": PublishingStatus.REPRINTING,
    "outofstock": PublishingStatus.OUT_OF_STOCK,
    "outofstockindefinitely": PublishingStatus.OUT_OF_STOCK,
    "outofprint": PublishingStatus.OUT_OF_PRINT,
    "remaindered": PublishingStatus.OUT_OF_PRINT,
    "replaced": PublishingStatus.REPLACED,
    "unavailable": PublishingStatus.UNAVAILABLE,
    "recalled": PublishingStatus.RECALLED,
    "withdrawn": PublishingStatus.RECALLED,
    "withdrawnfromsale": PublishingStatus.RECALLED,
    "unknown": PublishingStatus.UNKNOWN,
}
_FORMATS = {
    "paperback": Book.Format.PAPERBACK,
    "softcover": Book.Format.PAPERBACK,
    "tradepaperback": Book.Format.PAPERBACK,
    "pocket": Book.Format.POCKET,
    "pocketbook": Book.Format.POCKET,
    "massmarketpaperback": Book.Format.POCKET,
    "hardback": Book.Format.HARDBACK,
    "hardcover": Book.Format.HARDBACK,
    "clothbound": Book.Format.CLOTHBOUND,
    "cloth": Book.Format.CLOTHBOUND,
    "largeprint": Book.Format.LARGE_PRINT,
}


class BadValue(ValueError):
    """A value that cannot be used; str() is the reason, for whoever reads the report."""


class Published(NamedTuple):
    on: date
    precision: Book.DatePrecision


def clean_line(text: str) -> str:
    """`text` on one line: entities decoded, composed, without control characters."""
    cleaned = _clean(text)
    return cleaned.strip() if _is_plain(cleaned) else " ".join(cleaned.split())


def clean_text(text: str) -> str:
    """Like `clean_line`, but lines, and blank lines between paragraphs, stay."""
    cleaned = _clean(text)
    if _is_plain(cleaned):
        return cleaned.strip()
    lines = [" ".join(line.split()) for line in cleaned.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_plain(text: str) -> bool:
    """Whether `text` has no white space but single spaces (other kinds are not printable)."""
    return "  " not in text and text.isprintable()


def _clean(text: str) -> str:
    if not text.isascii() or "&" in text:
        text = unicodedata.normalize("NFC", html.unescape(text))
    return text if text.isprintable() else _MEANINGLESS.sub("", text)


def read_isbn(text: str) -> str:
    """The ISBN-13 that `text` is, exactly as it stands there: nothing is padded or repaired."""
    if _is_plain_isbn13(text):
        return text
    digits = SEPARATORS.sub("", text.strip().removeprefix("ISBN").lstrip(": ").strip('="'))
    if _SCIENTIFIC.fullmatch(digits):
        raise BadValue(_("The number was cut short by a spreadsheet."))
    if _SHORTENED.fullmatch(digits):
        raise BadValue(
            _("Only %(digits)d digits: zeros in front were lost.") % {"digits": len(digits)}
        )
    if digits.startswith(MUSIC_PREFIX):
        raise BadValue(_("This is the number of printed music, not an ISBN."))
    if not (isbn := to_isbn13(digits)):
        raise BadValue(_("This is not a valid ISBN."))
    # 0000000000 to 9999999999 have right check digits, and stand for an unknown number.
    if len(set(digits[:9])) == 1:
        raise BadValue(_("This number only fills the place of an ISBN."))
    return isbn


def _is_plain_isbn13(text: str) -> bool:
    """Whether `text` is a valid ISBN-13 in plain digits, as nearly all are: without the library,
    which takes longer than all the rest of a row."""
    if len(text) != 13 or not (text.isascii() and text.isdigit()):
        return False
    digits = [ord(digit) - ord("0") for digit in text]
    return (
        text.startswith(("978", "979"))
        and not text.startswith(MUSIC_PREFIX)
        and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
    )


def read_ean(text: str) -> str:
    if not is_ean(text):
        raise BadValue(_("This is not a valid EAN."))
    return text


def line_up_to(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > longest:
            raise BadValue(_("Longer than %(longest)d characters.") % {"longest": longest})
        return text

    return read


def number_up_to(largest: int) -> Callable[[str], int]:
    @lru_cache(CACHED)
    def read(text: str) -> int:
        found = _NUMBER.fullmatch(text)
        if not found:
            raise BadValue(_("This is not a whole number."))
        if not 1 <= int(found[1]) <= largest:
            raise BadValue(_("Not between 1 and %(largest)d.") % {"largest": largest})
        return int(found[1])

    return read


@lru_cache(CACHED)
def read_rating(text: str) -> Decimal | None:
    """A mean of one to five stars. A zero says that nobody has rated the book."""
    found = _RATING.fullmatch(text)
    if not found or (rating := Decimal(found[1])) > 5:
        raise BadValue(_("This is not a rating from 0 to 5."))
    return rating.quantize(Decimal("0.01")) or None


def read_ratings(text: str) -> int | None:
    """How many readers rated a book, if any did."""
    return None if text == "0" else _read_ratings(text)


_read_ratings = number_up_to(999_999_999)


def read_price(text: str) -> Decimal:
    """An amount above zero, with the sign or the code of the shop's own currency or without."""
    return _read_price(text, settings.SHOP["currency"])


@lru_cache(CACHED)
def _read_price(text: str, currency: str) -> Decimal:
    for mark in _currency_marks(currency):
        text = text.removeprefix(mark).removesuffix(mark).strip()
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise BadValue(_("This is not a price."))
    price = Decimal(f"{found[1]}.{found[2] or 0}")
    if price <= 0:
        raise BadValue(_("A price is more than zero."))
    return price.quantize(Decimal("0.01"))


@cache
def _currency_marks(currency: str) -> tuple[str, str]:
    return currency, str(get_currency_symbol(currency, locale="en_GB"))


@lru_cache(CACHED)
def read_published(text: str, *, last_year: int) -> Published:
    """A date in ISO order, day.month.year or American month/day/year, or only a year.

    A first number above 12 between slashes can only be the day.
    """
    if found := _YEAR.fullmatch(text):
        return _published(int(found[1]), None, None, last_year=last_year)
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _SLASHES.fullmatch(text):
        month, day, year = found.groups()
        if int(month) > 12:
            month, day = day, month
    elif found := _DOTS.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise BadValue(_("This is not a date."))
    return _published(int(year), int(month), int(day) if day else None, last_year=last_year)


def _published(year: int, month: int | None, day: int | None, *, last_year: int) -> Published:
    if not FIRST_YEAR <= year <= last_year:
        span = {"first": FIRST_YEAR, "last": last_year}
        raise BadValue(_("The year is not between %(first)d and %(last)d.") % span)
    precision = Book.DatePrecision.DAY if day else Book.DatePrecision.MONTH
    if not month:
        precision = Book.DatePrecision.YEAR
    try:
        return Published(date(year, month or 1, day or 1), precision)
    except ValueError as error:
        raise BadValue(_("There is no such day.")) from error


def day_of_sale(published: Published, new_since: date) -> date | None:
    """A new book is on sale from the day it is published on, if the feed names no other day."""
    is_new = published.precision == Book.DatePrecision.DAY and published.on > new_since
    return published.on if is_new else None


def read_day(text: str, *, last_year: int) -> date:
    """A date that is exact to the day."""
    found = read_published(text, last_year=last_year)
    if found.precision != Book.DatePrecision.DAY:
        raise BadValue(_("This is not a day."))
    return found.on


@lru_cache(CACHED)
def read_publishing_status(text: str) -> PublishingStatus:
    """In words, or by its number in ONIX code list 64."""
    found = _STATUSES.get(re.sub(r"[^a-z0-9]", "", text.casefold()))
    if not found:
        raise BadValue(_("The shop knows no such status."))
    return found


@lru_cache(CACHED)
def read_language(text: str) -> str:
    """The shortest ISO 639 code: eng, en-US and English are all en."""
    text = text.casefold()
    if code := _language_names().get(text):
        return code
    found = _LANGUAGE.fullmatch(text)
    if not found:
        raise BadValue(_("This is not a language."))
    code = found[1]
    shorter = get_global("language_aliases").get(code, "")
    return shorter if len(code) == 3 and len(shorter) == 2 else code


@cache
def _language_names() -> dict[str, str]:
    names = Locale("en").languages
    return {name.casefold(): code for code, name in names.items() if code.isalpha()}


def read_tax_class(text: str) -> str | None:
    """As the shop writes it itself; what others write in such a column is anybody's guess."""
    return text if text in GOODS else None


@lru_cache(CACHED)
def read_format(text: str) -> Book.Format:
    found = _FORMATS.get(re.sub(r"[^a-z]", "", text.casefold()))
    if not found:
        raise BadValue(_("The shop has no such format."))
    return found
