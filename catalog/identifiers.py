"""Numbers that books go by: EAN-13, ISBN-13, ISBN-10 and the shop's own in-store numbers.

Sources: ISO 2108 (ISBN), the GS1 General Specifications (EAN-13, prefixes 20–29 for use within a company).
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _
from stdnum import ean as ean_number
from stdnum import isbn as isbn_number
from stdnum.exceptions import ValidationError as InvalidNumber

# A space, a hyphen, a dash, a minus sign or a soft hyphen.
_GAP = r"[\s\u00ad\u2010-\u2015\u2212-]"
SEPARATORS = re.compile(_GAP)
# In a pasted text a line may break within a number, and some people put stops, slashes or nothing
# that one sees between the digits: “9 780141 439587” stands under every barcode.
_ANY_SEPARATOR = r"[\s\u00ad\u200b\u2010-\u2015\u2212._/-]"
_ANY_GAP = rf"{_ANY_SEPARATOR}{{0,3}}"
_PREFIX = rf"9{_ANY_GAP}7{_ANY_GAP}[89]{_ANY_GAP}"
_TEN = rf"(?:\d{_ANY_GAP}){{9}}[\dXx]"
_ISBN_IN_TEXT = re.compile(rf"(?<![\dXx])(?:{_PREFIX})?{_TEN}(?![\dXx])")
# What is meant for an ISBN, right or wrong. Ten digits with wider gaps may be years or a telephone.
_MEANT_FOR_ISBN = re.compile(rf"(?<![\dXx])(?:{_PREFIX}{_TEN}|(?:\d{_GAP}?){{9}}[\dXx])(?![\dXx])")
_ISBN = re.compile(r"97[89][0-9]{10}|[0-9]{9}[0-9Xx]")
# 979-0 numbers printed music (ISMN, ISO 10957), not books.
MUSIC_PREFIX = "9790"


def to_isbn13(text: str) -> str | None:
    """The ISBN-13 (13 digits) that `text` is in any spelling, or None when it is no valid ISBN."""
    digits = SEPARATORS.sub("", text)
    # Of nine digits the library would make ten by itself.
    if not _ISBN.fullmatch(digits) or digits.startswith(MUSIC_PREFIX):
        return None
    try:
        return isbn_number.to_isbn13(isbn_number.validate(digits))
    except InvalidNumber:
        return None


def find_isbn(text: str) -> str | None:
    """The first valid ISBN in a pasted text, as an ISBN-13, or None."""
    # Digits of full width are those of a Japanese keyboard.
    for candidate in _ISBN_IN_TEXT.finditer(unicodedata.normalize("NFKC", text)):
        if found := to_isbn13(re.sub(_ANY_SEPARATOR, "", candidate.group())):
            return found
    return None


def has_broken_isbn(text: str) -> bool:
    """Whether `text` holds what looks like an ISBN, but none with a right check digit."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_MEANT_FOR_ISBN.search(plain)) and find_isbn(text) is None


def find_number(text: str) -> str | None:
    """The EAN of the one book that `text` names: an EAN alone, or an ISBN anywhere in it; or None."""
    alone = text.strip()
    return alone if is_ean(alone) else find_isbn(text)


def read_ean(text: str) -> str | None:
    """The EAN-13 that a scanner sent or somebody typed: with gaps or without, or as an ISBN-10.

    None if `text` is anything else, or its check digit is wrong.
    """
    digits = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return digits if is_ean(digits) else to_isbn13(digits)


def is_ean(digits: str) -> bool:
    """Whether `digits` is exactly 13 ASCII digits with the right check digit (GS1)."""
    return len(digits) == 13 and digits.isascii() and ean_number.is_valid(digits)


def validate_ean(value: str) -> None:
    """Raise ValidationError unless `value` is an EAN-13 with the right check digit."""
    if not is_ean(value):
        raise ValidationError(_("This is not a 13-digit EAN with a right check digit."))


def next_in_store_ean() -> str:
    """A number never given before from the in-store range, for goods without an ISBN or EAN."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('catalog_in_store_number')")
        body = f"29{cursor.fetchone()[0]:010d}"
    return body + ean_number.calc_check_digit(body)
