"""Writes books from feeds: new ones are made, known ones changed only where the feed differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.models import Book, BookText, Contribution
from catalog.titles import derived_from_title

from .moods import DEFAULT_MOOD
from .references import References, get_or_create
from .rows import BookRow

# Fields that a feed's row and a book have in common.
_SAME = (
    "subtitle",
    "language",
    "series_number",
    "published_on",
    "published_precision",
    "pages",
    "height_mm",
    "width_mm",
    "thickness_mm",
    "weight_g",
    "format",
    "price",
)


@dataclass(frozen=True)
class WriteResult:
    """Ids of the books that were made, by EAN; EANs of those that were changed; the number of others."""

    created: Mapping[str, int]
    updated: frozenset[str]
    unchanged: int


def write_books(
    rows: Sequence[BookRow], *, now: datetime, price_for_new: Decimal | None = None
) -> WriteResult:
    """Make or update one book for each row, in about 20 queries for any number of rows.

    Must run inside a transaction, with an EAN at most once. What a row does not say stays as it
    is; a book that the row agrees with is not written. Stock and withdrawal are never touched.
    """
    references = get_or_create(rows)
    eans = [row.ean for row in rows]
    books = {book.ean: book for book in Book.objects.filter(ean__in=eans).defer("search")}
    known = {books[row.ean].pk: row for row in rows if row.ean in books}
    changed = _update(known, books, references)
    created = _create(
        [row for row in rows if row.ean not in books],
        references,
        now=now,
        price_for_new=price_for_new,
    )
    by_id = known | {created[row.ean]: row for row in rows if row.ean in created}
    changed |= _write_contributions(by_id, references)
    changed |= _write_genres(by_id, references)
    changed |= _write_texts(by_id)
    updated = frozenset(known[pk].ean for pk in changed & known.keys())
    return WriteResult(created, updated, len(known) - len(updated))


def _update(
    rows: Mapping[int, BookRow], books: Mapping[str, Book], references: References
) -> set[int]:
    differing = [
        pk
        for pk, row in rows.items()
        if _changes(books[row.ean], _fields(row, references, books[row.ean]))
    ]
    if not differing:
        return set()
    # Locked and compared again: what staff saved meanwhile in other fields must stay.
    locked = list(Book.objects.locked(differing))
    names: set[str] = set()
    for book in locked:
        for name, value in _changes(book, _fields(rows[book.pk], references, book)).items():
            setattr(book, name, value)
            names.add(name)
    if names:
        Book.objects.bulk_update(locked, sorted(names))
    return {book.pk for book in locked}


def _changes(book: Book, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if getattr(book, name) != value}


def _create(
    rows: Sequence[BookRow],
    references: References,
    *,
    now: datetime,
    price_for_new: Decimal | None,
) -> dict[str, int]:
    made = Book.objects.bulk_create(
        Book(
            **{
                "price": price_for_new,
                "cover_mood": _mood(row, references),
                **_fields(row, references, None),
            },
            ean=row.ean,
            added_at=now,
        )
        for row in rows
    )
    return {book.ean: book.pk for book in made}


def _fields(row: BookRow, references: References, book: Book | None) -> dict[str, Any]:
    """The columns that `row` has something to say about."""
    language = row.language or (book.language if book else "")
    fields: dict[str, Any] = {
        "title": row.title,
        **derived_from_title(row.title, language),
    }
    fields |= {name: value for name in _SAME if (value := getattr(row, name)) not in (None, "")}
    if row.contributors:
        fields["byline"] = row.byline
    if row.publisher:
        fields |= {
            "publisher_id": references.publishers[row.publisher],
            "publisher_name": row.publisher,
        }
    if row.series:
        fields |= {"series_id": references.series[row.series], "series_title": row.series}
    return fields


def _mood(row: BookRow, references: References) -> str:
    moods = (references.genres[path].mood for path in row.genres)
    return next((mood for mood in moods if mood != DEFAULT_MOOD), DEFAULT_MOOD)


def _write_contributions(rows: Mapping[int, BookRow], references: References) -> set[int]:
    wanted = {
        pk: [(references.contributors[name], str(role)) for name, role in row.contributors]
        for pk, row in rows.items()
        if row.contributors
    }
    present = _grouped(
        Contribution.objects.filter(book_id__in=wanted)
        .order_by("position", "pk")
        .values_list("book_id", "contributor_id", "role")
    )
    differing = [pk for pk, people in wanted.items() if present[pk] != people]
    Contribution.objects.filter(book_id__in=differing).delete()
    Contribution.objects.bulk_create(
        Contribution(book_id=pk, contributor_id=person, role=role, position=position)
        for pk in differing
        for position, (person, role) in enumerate(wanted[pk])
    )
    return set(differing)


def _write_genres(rows: Mapping[int, BookRow], references: References) -> set[int]:
    links = Book.genres.through
    wanted = {
        pk: {references.genres[path].pk for path in row.genres}
        for pk, row in rows.items()
        if row.genres
    }
    present = _grouped(links.objects.filter(book_id__in=wanted).values_list("book_id", "genre_id"))
    differing = [pk for pk, genres in wanted.items() if {pk for (pk,) in present[pk]} != genres]
    links.objects.filter(book_id__in=differing).delete()
    links.objects.bulk_create(
        links(book_id=pk, genre_id=genre) for pk in differing for genre in sorted(wanted[pk])
    )
    return set(differing)


def _grouped(links: Iterable[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    grouped: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for book_id, *link in links:
        grouped[book_id].append(tuple(link))
    return grouped


def _write_texts(rows: Mapping[int, BookRow]) -> set[int]:
    wanted = {pk: row.description for pk, row in rows.items() if row.description}
    present = dict(BookText.objects.filter(pk__in=wanted).values_list("pk", "description"))
    differing = [pk for pk, text in wanted.items() if present.get(pk) != text]
    BookText.objects.bulk_create(
        (BookText(book_id=pk, description=wanted[pk]) for pk in differing),
        update_conflicts=True,
        unique_fields=["book"],
        update_fields=["description"],
    )
    return set(differing)
