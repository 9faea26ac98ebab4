"""The codes of ONIX's lists for what the shop says of its books."""

from typing import Final

from babel.core import get_global

from catalog import availability as words
from catalog.availability import Availability
from catalog.models import Book
from catalog.tax_classes import TaxClass

# Lists 1, 5, 45 and 163.
CONFIRMED = "03"
OWN_NUMBER, GTIN_13, ISBN_13 = "01", "03", "15"
PUBLISHER = "01"
UNSPECIFIED = "00"
PUBLICATION, EMBARGO = "01", "02"
# Lists 93, 166 and 57.
RETAILER, FROM_THE_PUBLISHER = "08", "09"
EXPECTED = "08"
TO_BE_ANNOUNCED, CONTACT_SUPPLIER = "02", "04"
# Lists 58, 171 and 62.
WITH_TAX, VALUE_ADDED, ZERO_RATED = "02", "01", "Z"
# Of numbers that only the shop knows (GS1).
IN_STORE = ("02", "04", "2")
# List 27, a scheme of the sender's own.
PROPRIETARY = "24"

# List 55, and how many digits such a date has.
DATE_FORMATS: Final = {
    Book.DatePrecision.DAY: ("00", 8),
    Book.DatePrecision.MONTH: ("01", 6),
    Book.DatePrecision.YEAR: ("05", 4),
}
# List 64, by PublishingStatus.
PUBLISHING_STATUS: Final = {
    "active": "04",
    "postponed": "03",
    "cancelled": "01",
    "reprinting": "04",
    "out_of_stock": "06",
    "out_of_print": "07",
    "replaced": "08",
    "unavailable": "00",
    "recalled": "15",
    "unknown": "09",
}
# The same in list 65, and what only that has a word for.
PUBLISHERS_AVAILABILITY: Final = {
    "active": "20",
    "postponed": "09",
    "cancelled": "01",
    "reprinting": "32",
    "out_of_stock": "31",
    "out_of_print": "51",
    "replaced": "41",
    "unavailable": "40",
    "recalled": "49",
    "unknown": "97",
}
SAID_BY_AVAILABILITY: Final = ("reprinting", "replaced", "unavailable")
# List 150 with list 175: paperback, hardback, A-format, cloth over boards.
FORMS: Final[dict[str, tuple[str, ...]]] = {
    Book.Format.PAPERBACK: ("BC",),
    Book.Format.POCKET: ("BC", "B104"),
    Book.Format.HARDBACK: ("BB",),
    Book.Format.CLOTHBOUND: ("BB", "B401"),
}
# Of goods whose format nobody knows: a book, a download, a recording, something else.
FORMS_OF_GOODS: Final[dict[str, str]] = {
    TaxClass.BOOK: "BA",
    TaxClass.EBOOK: "ED",
    TaxClass.AUDIO: "AA",
    TaxClass.OTHER: "ZA",
}
# List 21.
LARGE_PRINT_EDITION = "LTE"
# List 65.
_AVAILABILITY: Final = {
    words.CANCELLED: "01",
    words.POSTPONED: "09",
    words.REPRINTING: "32",
    words.OUT_AT_THE_PUBLISHER: "31",
    words.OUT_OF_PRINT: "51",
    words.REPLACED: "41",
    words.UNAVAILABLE: "40",
    words.RECALLED: "49",
    words.NO_NEWS: "97",
    words.NOT_FOR_SALE: "99",
    words.WITHDRAWN: "43",
}
_IN_STOCK, _NOT_YET, _OUT_OF_STOCK = "21", "10", "31"
# Babel's alias of Gujarati is another language of its family.
_BY_HAND = {"gu": "guj"}


def availability_code(found: Availability) -> str:
    """What list 65 calls that which pages say."""
    if code := _AVAILABILITY.get(found):
        return code
    if found.is_to_come:
        return _NOT_YET
    return _IN_STOCK if found.can_buy else _OUT_OF_STOCK


def _three_letters() -> dict[str, str]:
    """The codes of list 74 by those of two letters; of two for one language the last is that of ONIX."""
    aliases = get_global("language_aliases").items()
    return {short: long for long, short in aliases if (len(long), len(short)) == (3, 2)} | _BY_HAND


_LANGUAGES: Final = _three_letters()


def language_code(code: str) -> str:
    """The code of list 74, or "" where the shop has none of ISO 639."""
    base = code.partition("-")[0].casefold()
    found = _LANGUAGES.get(base, base)
    return found if len(found) == 3 and found.isascii() and found.isalpha() else ""
