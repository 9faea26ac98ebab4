"""What follows from a feed's row for the book that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from catalog import works
from catalog.folding import search_lines
from catalog.models import Contribution
from catalog.titles import derived_from_title

from .rows import BookRow

# What search goes by, under the names of search_lines().
FOLDED = (
    "title",
    "language",
    "byline",
    "subtitle",
    "series_title",
    "series_number",
    "publisher_name",
)
_NOTHING = dict.fromkeys(FOLDED, "")


class Derived(NamedTuple):
    """The columns of a book that follow from its texts and, for a new one, the key of its work."""

    slug: str
    sort_title: str
    search_text: str
    work_key: str | None = None


def derived_for_new(row: BookRow) -> Derived:
    """What follows from a row for a book that nobody has yet."""
    return derived_for(row, _NOTHING)._replace(work_key=work_key_of(row))


def derived_for(row: BookRow, texts: Mapping[str, str]) -> Derived:
    """What follows from a row for a book with `texts`, which go by FOLDED, where the row says nothing."""
    whole = {**texts, **_folded(row)}
    title = derived_from_title(whole["title"], whole["language"])
    return Derived(**title, search_text="\n".join(search_lines(**whole)))


def work_key_of(row: BookRow) -> str | None:
    authors = (name for name, role in row.contributors if role == Contribution.Role.AUTHOR)
    return works.key_of(
        title=row.title, author=next(authors, ""), series=row.series, number=row.series_number
    )


def _folded(row: BookRow) -> dict[str, str]:
    """What `row` says of that which search goes by."""
    values = (
        row.title,
        row.language,
        row.byline,
        row.subtitle,
        row.series,
        row.series_number,
        row.publisher,
    )
    return {name: value for name, value in zip(FOLDED, values, strict=True) if value}
