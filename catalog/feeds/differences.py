"""What a feed would change, said before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from catalog import works
from catalog.availability import PublishingStatus
from catalog.genre_paths import genre_paths
from catalog.locks import Lock
from catalog.models import Book, Contribution

from . import staging, upsert
from .derived import work_key_of
from .locked import Locks, locks_of, tells_work, without_locked
from .references import GenrePlace, Path, known_genres
from .rows import BookRow
from .writer import staged

NEW, OUT_OF_PRINT, WORK, RATINGS = "new", "out_of_print", "work", "ratings"
# Of what a book's columns and parts, as DIFFERENCES names them, are differences.
_KINDS: Mapping[str, str] = {
    "byline": Lock.CONTRIBUTORS,
    "people": Lock.CONTRIBUTORS,
    "publisher_name": Lock.PUBLISHER,
    "series_title": Lock.SERIES,
    "series_number": Lock.SERIES,
    "published_on": Lock.DATES,
    "published_precision": Lock.DATES,
    "on_sale_on": Lock.DATES,
    "publishing_status": Lock.STATUS,
    **dict.fromkeys(("pages", "height_mm", "width_mm", "thickness_mm", "weight_g"), Lock.MEASURES),
    **dict.fromkeys(("outside_rating", "outside_ratings"), RATINGS),
}
# In the order in which they are told.
_WORDS = {
    NEW: ngettext_lazy("%(number)d new", "%(number)d new", "number"),
    Lock.PRICE: ngettext_lazy("%(number)d price", "%(number)d prices", "number"),
    OUT_OF_PRINT: ngettext_lazy("%(number)d out of print", "%(number)d out of print", "number"),
    Lock.STATUS: ngettext_lazy("%(number)d other status", "%(number)d other statuses", "number"),
    Lock.DATES: ngettext_lazy("dates of %(number)d book", "dates of %(number)d books", "number"),
    Lock.TITLE: ngettext_lazy("%(number)d title", "%(number)d titles", "number"),
    Lock.SUBTITLE: ngettext_lazy("%(number)d subtitle", "%(number)d subtitles", "number"),
    Lock.CONTRIBUTORS: ngettext_lazy(
        "contributors of %(number)d book", "contributors of %(number)d books", "number"
    ),
    Lock.PUBLISHER: ngettext_lazy(
        "publisher of %(number)d book", "publishers of %(number)d books", "number"
    ),
    Lock.SERIES: ngettext_lazy("series of %(number)d book", "series of %(number)d books", "number"),
    Lock.GENRES: ngettext_lazy("genres of %(number)d book", "genres of %(number)d books", "number"),
    Lock.LANGUAGE: ngettext_lazy(
        "language of %(number)d book", "languages of %(number)d books", "number"
    ),
    Lock.FORMAT: ngettext_lazy(
        "format of %(number)d book", "formats of %(number)d books", "number"
    ),
    Lock.MEASURES: ngettext_lazy(
        "measures of %(number)d book", "measures of %(number)d books", "number"
    ),
    Lock.DESCRIPTION: ngettext_lazy("%(number)d description", "%(number)d descriptions", "number"),
    Lock.TAX: ngettext_lazy("tax of %(number)d book", "tax of %(number)d books", "number"),
    WORK: ngettext_lazy(
        "%(number)d joined to its editions", "%(number)d joined to their editions", "number"
    ),
    RATINGS: ngettext_lazy(
        "outside ratings of %(number)d book", "outside ratings of %(number)d books", "number"
    ),
}


class Difference(NamedTuple):
    """One thing that is not in the shop as a feed has it, as text; a new book has its title after."""

    ean: str
    field: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        if self.field == "publishing_status" and self.after == PublishingStatus.OUT_OF_PRINT:
            return OUT_OF_PRINT
        return str(_KINDS.get(self.field, self.field))


def differences(rows: Sequence[BookRow]) -> list[Difference]:
    """What write_books() would make and change, in the order of the rows. It writes nothing.

    Must run inside a transaction, with an EAN at most once. Each book that would be written is in
    it, and no other. What is worked out from what differs, such as addresses, is not told.
    """
    with connection.cursor() as cursor:
        locks = locks_of(cursor, rows)
        rows = without_locked(rows, locks)
        genres = known_genres(path for row in rows for path in row.genres)
        staging.clear(cursor)
        staging.copy(cursor, "feed_row", staged(rows, genres))
        cursor.execute(upsert.DIFFERENCES)
        found = cursor.fetchall()
    return list(_told(found, rows, locks, genres))


def count_kinds(found: Iterable[Difference]) -> Counter[str]:
    """In how many books something of each kind differs."""
    return Counter(kind for _ean, kind in {(one.ean, one.kind) for one in found})


def in_words(kinds: Mapping[str, int]) -> str:
    """“1204 new, 318 prices, 12 out of print”; empty if nothing differs."""
    counted = [(words, kinds.get(kind, 0)) for kind, words in _WORDS.items()]
    return ", ".join(str(words % {"number": number}) for words, number in counted if number)


def field_text(field: str) -> str:
    """What a field of a Difference is called on a page."""
    if field == NEW:
        return _("new book")
    if field == "people":
        return _("contributors")
    if field == "description":
        return str(Lock.DESCRIPTION.label)
    column: Any = Book._meta.get_field(field)
    return str(column.verbose_name)


def value_text(field: str, value: str) -> str:
    """How a value of a Difference reads on a page: a choice in words, anything else as it is."""
    if field in (NEW, "people", "description"):
        return value
    column: Any = Book._meta.get_field(field)
    return str(dict(column.flatchoices).get(value, value))


def _told(
    found: Sequence[tuple[int, str, str | None, str]],
    rows: Sequence[BookRow],
    locks: Locks,
    genres: Mapping[Path, GenrePlace],
) -> Iterator[Difference]:
    paths = genre_paths() if any(field == "genres" for _line, field, *_texts in found) else {}
    for line, field, before, after in found:
        row, old, new = rows[line], before or "", after
        if field == "people":
            old, new = _people(old), _people(new)
        elif field == "genres":
            stored = [int(number) for number in old.strip("{}").split(",") if number]
            old = _genres(paths[number] for number in stored)
            new = _genres(paths.get(genres[path].id, path) for path in row.genres)
        elif field == WORK:
            if not (tells_work(row, locks) and work_key_of(row)):
                continue
            new = works.title_of(row.title)
        yield Difference(row.ean, field, old, new)


def _people(lines: str) -> str:
    people = [(line[:3], line[3:]) for line in lines.splitlines()]
    return ", ".join(f"{Contribution.Role(role).label} {name}" for role, name in people)


def _genres(paths: Iterable[Path]) -> str:
    """“Fiction / Classics, History”."""
    return ", ".join(sorted({" / ".join(path) for path in paths}))
