"""All books on sale with what belongs to them, read in one pass that keeps few of them in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, NamedTuple

from catalog.genre_paths import Path, genre_paths
from catalog.models import Book, BookText, Contribution

CHUNK = 2000
_LEFT_OUT = ("search", "search_text", "tags", "rating_counts")


class WholeBook(NamedTuple):
    """A book with its people in their order, its genres with those above them, and its long text."""

    book: Book
    people: Sequence[tuple[str, str]]
    genres: Sequence[Path]
    description: str


def number_of_books() -> int:
    return Book.objects.on_sale().count()


def whole_books() -> Iterator[Sequence[WholeBook]]:
    """All books that pages show, in the order in which they were added, some at a time.

    Inside `one_moment()` they are as they were at one moment.
    """
    paths = genre_paths()
    books = Book.objects.on_sale().defer(*_LEFT_OUT).order_by("pk")
    for chunk in batched(books.iterator(chunk_size=CHUNK), CHUNK):
        yield _with_parts(chunk, paths)


def _with_parts(books: Sequence[Book], paths: Mapping[int, Path]) -> Sequence[WholeBook]:
    ids = [book.pk for book in books]
    people = _grouped(
        Contribution.objects.filter(book__in=ids)
        .order_by("position", "pk")
        .values_list("book_id", "contributor__name", "role")
    )
    genres = _grouped(
        Book.genres.through.objects.filter(book__in=ids).values_list("book_id", "genre_id")
    )
    texts = dict(BookText.objects.filter(book__in=ids).values_list("book_id", "description"))
    return [
        WholeBook(
            book,
            people[book.pk] or _byline(book),
            sorted(paths[genre] for (genre,) in genres[book.pk]),
            texts.get(book.pk, ""),
        )
        for book in books
    ]


def _byline(book: Book) -> Sequence[tuple[str, str]]:
    """Whoever stands on a book of which nobody has said who did what."""
    return [(book.byline, Contribution.Role.AUTHOR)] if book.byline else []


def _grouped(rows: Any) -> defaultdict[int, list[Any]]:
    """What follows the first column of rows, by that."""
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for key, *values in rows:
        groups[key].append(tuple(values))
    return groups
