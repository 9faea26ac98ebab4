"""Which of the numbers of a record its book is sold by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog.feeds.values import BadValue, read_ean, read_isbn
from catalog.models import Book

from .records import Field, Record

_NUMBER = re.compile(r"(?:ISBN[:\s]*)?([0-9][0-9\s-]*[0-9Xx]?)", re.IGNORECASE)
_ELECTRONIC = re.compile(
    r"\be-?(?:book|pub|isbn)|\bebk\b|electronic|online|on-line|elektron|électron|numérique|\bpdf\b"
    r"|kindle|\bweb\b|digital",
    re.IGNORECASE,
)
_ACID_FREE = re.compile(r"\b(?:alk(?:\.|aline)|acid[- ]free)\s+paper\b", re.IGNORECASE)
_FORMATS = {
    Book.Format.LARGE_PRINT: re.compile(r"large print|grossdruck|großdruck", re.IGNORECASE),
    Book.Format.POCKET: re.compile(r"mass[ -]market|\btb\.?|taschenb", re.IGNORECASE),
    Book.Format.PAPERBACK: re.compile(
        r"\bpbk|\bpb\b|paper|soft ?(?:back|cover)|\bbr\b|broch|kart\b|\bkt\b", re.IGNORECASE
    ),
    Book.Format.CLOTHBOUND: re.compile(r"\bcloth|\bclth|\bleinen|\bln\b", re.IGNORECASE),
    Book.Format.HARDBACK: re.compile(
        r"\bhbk|\bhb\b|\bhc\b|hard ?(?:back|cover|bound)|cased|gebunden|\bgeb\b|\brel\b|relié",
        re.IGNORECASE,
    ),
}
# A bar code that is an international article number.
_EAN = "3"


class Number(NamedTuple):
    """A number as the record has it, with what is said about the book that bears it."""

    field: str
    text: str
    about: str

    @property
    def is_electronic(self) -> bool:
        return bool(_ELECTRONIC.search(self.about))

    @property
    def format(self) -> str:
        about = _ACID_FREE.sub("", self.about)
        return next((form for form, words in _FORMATS.items() if words.search(about)), "")

    def read(self) -> str:
        """The EAN. Raises BadValue."""
        return read_isbn(self.text) if self.field == "020" else read_ean(self.text)


def numbers_of(record: Record) -> list[Number]:
    """The numbers of printed books in their order, then other article numbers. Raises BadValue."""
    numbers = [number for field in record.tagged("020") for number in _isbns(field)]
    printed = [number for number in numbers if not number.is_electronic]
    if numbers and not printed:
        raise BadValue(_("This is the number of an electronic book."))
    codes = [f for f in record.tagged("024") if f.indicators[0] == _EAN]
    return printed + [Number("024", field.text("a"), field.text("q")) for field in codes]


def _isbns(field: Field) -> Iterator[Number]:
    """The ISBNs of one field, each with the words behind it. Those in $z are wrong or of others."""
    found: list[tuple[str, list[str]]] = []
    for code, text in field.pairs():
        if code == "a" and text:
            number = _NUMBER.match(text)
            found.append((number[1], [text[number.end() :]]) if number else (text, []))
        elif code in "bq" and found:
            found[-1][1].append(text)
    for digits, words in found:
        yield Number("020", digits.strip(), " ".join(words))
