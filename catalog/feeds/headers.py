"""Which column of a feed holds what, and how it puts several names into one field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .values import clean_line

# Names of columns without case and punctuation, best first.
KNOWN: Final = {
    "isbn13": ("isbn13", "ean13", "ean", "gtin13", "gtin"),
    "isbn10": ("isbn", "isbn10"),
    "title": ("title", "booktitle", "originaltitle"),
    "subtitle": ("subtitle",),
    "authors": ("authors", "author", "bookauthor", "contributors", "contributorlist"),
    "language": ("language", "languagecode", "lang"),
    "publisher": ("publisher", "publishername"),
    "genres": ("genres", "genre", "categories", "category", "subjects", "genrelist"),
    "series": ("series", "seriestitle", "seriesname"),
    "series_number": ("seriesnumber", "numberinseries", "volume"),
    "published": (
        "publicationdate",
        "publishedon",
        "publisheddate",
        "publicationyear",
        "publishedyear",
        "yearofpublication",
        "year",
        "originalpublicationyear",
    ),
    "on_sale_on": ("onsaledate", "onsalefrom", "onsale", "releasedate", "embargodate"),
    "publishing_status": ("publishingstatus", "publisherstatus"),
    "pages": ("pages", "numpages", "pagecount", "numberofpages"),
    "height_mm": ("heightmm",),
    "width_mm": ("widthmm",),
    "thickness_mm": ("thicknessmm",),
    "weight_g": ("weightg", "weightgrams"),
    "format": ("format", "binding"),
    "tax_class": ("taxclass",),
    "description": ("description", "blurb", "summary"),
    "price": ("price", "retailprice", "listprice"),
    "outside_rating": ("avgrating", "averagerating"),
    "outside_ratings": ("ratingscount", "ratingcount", "numratings", "numberofratings"),
}

type Columns = Mapping[str, tuple[str, ...]]
type Fields = Mapping[str, str]


def find_columns(header: Iterable[str]) -> Columns:
    """The columns of `header` for each field that the shop knows, best first."""
    by_key: dict[str, str] = {}
    for name in header:
        by_key.setdefault(re.sub(r"[\W_]+", "", name).casefold(), name)
    found = {
        field: tuple(by_key[key] for key in keys if key in by_key) for field, keys in KNOWN.items()
    }
    return {field: names for field, names in found.items() if names}


def name_separator(values: Iterable[str]) -> str:
    """What stands between two people in a column; empty when each field is one person.

    A semicolon if the column has one; else a slash if one field in fifty has it; else a comma, but
    only where it cannot be that of “Austen, Jane”: at least half of the fields do without, and in
    four fifths of the others each part is a full name of two words or more.
    """
    names = _cleaned(values)
    if _share(names, ";"):
        return ";"
    if _share(names, "/") >= 0.02:
        return "/"
    listed = [name for name in names if "," in name]
    if not listed or len(listed) > len(names) / 2:
        return ""
    full = [name for name in listed if all(" " in part.strip() for part in name.split(","))]
    return "," if len(full) >= 0.8 * len(listed) else ""


def genre_separator(values: Iterable[str]) -> str:
    """What stands between two genres in a column; empty when each field is one genre.

    Subject headings have commas of their own (“Children's stories, English”), so that a comma
    separates only where most fields have one.
    """
    genres = _cleaned(values)
    for mark in ";|":
        if _share(genres, mark):
            return mark
    return "," if _share(genres, ",") > 0.5 else ""


def sample_of(rows: Sequence[Fields], columns: Columns, field: str) -> list[str]:
    return [row[name] for row in rows for name in columns.get(field, ())]


def _cleaned(values: Iterable[str]) -> list[str]:
    # Decoded first: the semicolon of &amp; separates nobody.
    return [cleaned for value in values if (cleaned := clean_line(value))]


def _share(values: Sequence[str], mark: str) -> float:
    return sum(mark in value for value in values) / len(values) if values else 0.0
