"""What a list can be narrowed by: the facets, and the values of each that this shop has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from babel import Locale
from django.core.cache import caches
from django.utils.functional import Promise
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from catalog import tags
from catalog.models import Book, FacetCount, Genre


class Facet(NamedTuple):
    """A group of tags (see catalog/tags.py) under one key of the address."""

    key: str
    legend: Promise
    lowest: int
    highest: int
    # Whether one value rules out the others.
    is_single: bool = False


class Value(NamedTuple):
    """One value of a facet, as the address and the page name it."""

    name: str
    label: str
    tag: int
    # The tags of the genres above this one, the highest first.
    above: tuple[int, ...] = ()


class Vocabulary(NamedTuple):
    """The values of each facet, in the order of the page, and the number of books in the shop."""

    values: Mapping[str, tuple[Value, ...]]
    # As last counted; 0 in a shop that nobody has counted yet.
    books: int


STOCK, IN_STOCK, TO_PREORDER = "stock", "now", "preorder"
GENRE, ERA = "genre", "era"
# In the order in which they stand on the page.
FACETS = {
    facet.key: facet
    for facet in (
        Facet(STOCK, _("Availability"), tags.TO_PREORDER, tags.IN_STOCK, is_single=True),
        Facet(GENRE, _("Subject"), 1, 2**31 - 1),
        Facet("format", _("Format"), -9, -1),
        Facet("rating", _("Readers’ rating"), -39, -31, is_single=True),
        Facet(ERA, _("Published"), -19, -11),
        Facet("length", _("Length"), -29, -21),
        Facet("language", _("Language"), -(2**31), tags.LANGUAGE - 1),
    )
}

_LABELS = {
    STOCK: {IN_STOCK: _("In stock now"), TO_PREORDER: _("To pre-order")},
    "format": dict(Book.Format.choices),
    "rating": {"4": _("4 stars and up"), "3": _("3 stars and up")},
    ERA: {
        "before-1900": _("Before 1900"),
        "1900-1949": _("1900 to 1949"),
        "1950-1979": _("1950 to 1979"),
        "1980-1999": _("1980 to 1999"),
        "2000-2009": _("2000 to 2009"),
        "2010-2019": _("2010 to 2019"),
        "since-2020": _("2020 and after"),
    },
    "length": {
        "evening": _("One evening, under 150 pages"),
        "weekend": _("A weekend, to 350"),
        "winter": _("A long winter, over 350"),
    },
}
_TAGS = {
    STOCK: {IN_STOCK: tags.IN_STOCK, TO_PREORDER: tags.TO_PREORDER},
    "format": tags.FORMATS,
    "rating": tags.RATINGS,
    ERA: tags.ERAS,
    "length": tags.LENGTHS,
}


def vocabulary() -> Vocabulary:
    """What the shop has, in two queries; each process remembers it for a minute."""
    key = f"vocabulary-{get_language()}"
    return caches["process"].get_or_set(key, _read_vocabulary) or _read_vocabulary()


def stored_counts(scope: int) -> dict[int, int]:
    """The books of a genre, or of the whole shop (0), by tags, as they were last counted."""
    return dict(FacetCount.objects.filter(scope=scope).values_list("tag", "books"))


def most_exact(values: Iterable[Value]) -> list[Value]:
    """`values` without those that only lead to others of them: “Fiction” when “Sea stories” is there."""
    chosen = list(values)
    opened = {tag for value in chosen for tag in value.above}
    return [value for value in chosen if value.tag not in opened]


def _read_vocabulary() -> Vocabulary:
    counted = stored_counts(tags.ALL_BOOKS)
    values = {
        key: tuple(Value(name, str(label), _TAGS[key][name]) for name, label in labels.items())
        for key, labels in _LABELS.items()
    }
    values[GENRE] = tuple(_genres())
    values["language"] = tuple(_languages(counted))
    return Vocabulary(values, books=counted.get(tags.ALL_BOOKS, 0))


def _genres() -> Iterator[Value]:
    """All genres, each followed by those below it; among sisters the one with most books first."""
    below: dict[int | None, list[Genre]] = {}
    for genre in Genre.objects.for_lists():
        below.setdefault(genre.parent_id, []).append(genre)

    def walk(parent: int | None, above: tuple[int, ...]) -> Iterator[Value]:
        # A genre is taken out where it stands, so that a circle of genres comes to an end.
        for genre in below.pop(parent, ()):
            yield Value(genre.slug, genre.name, genre.pk, above)
            yield from walk(genre.pk, (*above, genre.pk))

    return walk(None, ())


def _languages(counted: Mapping[int, int]) -> Iterator[Value]:
    names = Locale.parse(to_locale(get_language() or "en-gb")).languages
    for tag in sorted(counted, key=lambda tag: (-counted[tag], tag)):
        if code := tags.language_of(tag):
            yield Value(code, names.get(code, code), tag)
