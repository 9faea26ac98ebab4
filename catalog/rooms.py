"""The genres in a book's tags by their names: most pages find them without a query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.core.cache import caches

from .models import Book, Genre


class Room(NamedTuple):
    """A genre as the page of a book names it."""

    pk: int
    parent_id: int | None
    name: str
    url: str
    books: int


class Rooms(NamedTuple):
    """Where a book stands: its narrowest genres, and the way down to the first of them."""

    narrowest: list[Room]
    way: list[Room]


def rooms_of(book: Book) -> Rooms:
    """Genres that have another of the book's genres below them lead there and are not named twice.

    The one with the fewest books comes first.
    """
    rooms = _named(tag for tag in book.tags if tag > 0)
    above = {room.parent_id for room in rooms.values()}
    narrowest = sorted(
        (room for room in rooms.values() if room.pk not in above),
        key=lambda room: (room.books, room.pk),
    )
    way = narrowest[:1]
    while way and (parent := rooms.get(way[0].parent_id)):
        way.insert(0, parent)
    return Rooms(narrowest, way)


def _named(ids: Iterable[int]) -> dict[int | None, Room]:
    """Each process remembers a genre for a minute."""
    remembered = caches["process"]
    keys = {f"room:{genre_id}": genre_id for genre_id in ids}
    rooms = remembered.get_many(keys)
    if missing := [genre_id for key, genre_id in keys.items() if key not in rooms]:
        found = {f"room:{genre.pk}": _room(genre) for genre in Genre.objects.filter(pk__in=missing)}
        remembered.set_many(found)
        rooms |= found
    return {room.pk: room for room in rooms.values()}


def _room(genre: Genre) -> Room:
    return Room(genre.pk, genre.parent_id, genre.name, genre.get_absolute_url(), genre.book_count)
