"""The editions and formats of a work, as the page of one of them lists them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .availability import Availability
from .languages import language_name
from .models import Book
from .volumes import Volume

IN_SIGHT = 6
_ORDER = {value: place for place, value in enumerate(Book.Format.values)}


@dataclass(frozen=True)
class Edition:
    url: str
    name: str | Promise
    # What tells it from another of the same format.
    detail: str
    price_text: str
    availability: Availability
    is_this: bool


@dataclass(frozen=True)
class Editions:
    """Those in sight, this one among them, and the rest. Nothing at all for a work of one edition."""

    in_sight: list[Edition]
    rest: list[Edition]


def editions(book: Book, others: list[Volume]) -> Editions:
    """`book` beside the others of its work, which come with the best seller first."""
    everything: list[Book | Volume] = [book, *others] if others else []
    formats = Counter(edition.format for edition in everything)
    has_languages = len({edition.language for edition in everything}) > 1

    def told_by(other: Book | Volume) -> tuple[str, str, str]:
        """What tells it from the others: format, language, year; "" for what need not be said."""
        language = language_name(other.language) if has_languages else ""
        year = other.published_on if formats[other.format] > 1 else None
        return other.format, language, str(year.year) if year else ""

    alike = Counter(map(told_by, everything))

    def edition_of(other: Book | Volume) -> Edition:
        told = told_by(other)
        number = other.ean if alike[told] > 1 else ""
        return Edition(
            url=other.get_absolute_url(),
            name=Book.Format(other.format).label if other.format else _("Edition"),
            detail=", ".join(filter(None, (*told[1:], number))),
            price_text=other.price_text,
            availability=other.availability,
            is_this=other is book,
        )

    return Editions(
        [edition_of(other) for other in sorted(everything[:IN_SIGHT], key=_place)],
        [edition_of(other) for other in sorted(everything[IN_SIGHT:], key=_place)],
    )


def earlier_year(book: Book, earliest: date | None) -> int | None:
    """The year of the oldest edition, where it is older than `book`."""
    if earliest is None or (book.published_on and book.published_on.year <= earliest.year):
        return None
    return earliest.year


def _place(book: Book | Volume) -> tuple[int, int]:
    """In the order of the formats, so that cards stay in place from one edition to the next."""
    return _ORDER.get(book.format, len(_ORDER)), book.pk
