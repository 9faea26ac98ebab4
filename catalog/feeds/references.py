"""What books refer to: publishers, series, people and genres, found by name or made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from catalog.models import Genre
from catalog.slugs import distinct_slug, slug_for

from .moods import DEFAULT_MOOD, mood_for

type Path = tuple[str, ...]

_GENERATION = re.compile(r",?\s+(?:Jr\.?|Sr\.?|II|III|IV)$")
# Names are exact. Those of books that change nothing are never looked up.
_MISSING = """
SELECT DISTINCT said.name FROM ({said}) said
WHERE NOT EXISTS (SELECT FROM {table} known WHERE known.{column} = said.name)
"""
_PUBLISHERS = "SELECT publisher_name AS name FROM feed_book JOIN feed_row USING (line)"
_SERIES = "SELECT series_title AS name FROM feed_book JOIN feed_row USING (line)"
_PEOPLE = "SELECT name FROM feed_person"


class GenrePlace(NamedTuple):
    """A genre as books refer to it."""

    id: int
    mood: str


def make_missing(cursor: CursorWrapper) -> None:
    """Make the publishers, series and people that the books in staging name and nobody knows."""
    for table, column, said in [
        ("catalog_publisher", "name", _PUBLISHERS),
        ("catalog_series", "title", _SERIES),
        ("catalog_contributor", "name", _PEOPLE),
    ]:
        cursor.execute(_MISSING.format(table=table, column=column, said=said))
        names = sorted(name for (name,) in cursor.fetchall() if name)
        if names:
            _make(cursor, table, column, names)


def _make(cursor: CursorWrapper, table: str, column: str, names: Sequence[str]) -> None:
    slugs = _free_slugs(cursor, table, [(name,) for name in names])
    values: dict[str, list[str]] = {column: list(names), "slug": [slugs[(name,)] for name in names]}
    if table == "catalog_contributor":
        values["sort_name"] = [sort_name(name) for name in names]
    arrays = ", ".join(["%s::text[]"] * len(values))
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(values)}) SELECT * FROM unnest({arrays})",
        list(values.values()),
    )


def _free_slugs(cursor: CursorWrapper, table: str, paths: Sequence[Path]) -> dict[Path, str]:
    """A slug for each new row: its name's, its path's if that is taken, else one with a hash."""
    readable = {path: _readable_slugs(path) for path in paths}
    candidates = [slug for tries in readable.values() for slug in tries]
    cursor.execute(f"SELECT slug FROM {table} WHERE slug = ANY(%s)", [candidates])
    taken = {slug for (slug,) in cursor.fetchall()} | {""}
    slugs = {}
    for path, tries in readable.items():
        free = next((slug for slug in tries if slug not in taken), "")
        slugs[path] = free or distinct_slug(
            " / ".join(path), fallback=table.removeprefix("catalog_")
        )
        taken.add(slugs[path])
    return slugs


def _readable_slugs(path: Path) -> list[str]:
    # Of a name alone the two would be the same.
    return [slug_for(text, fallback="") for text in dict.fromkeys([path[-1], " ".join(path)])]


def find_or_make_genres(cursor: CursorWrapper, paths: Iterable[Path]) -> dict[Path, GenrePlace]:
    """The genre at the end of each path and of its beginnings; made where it is missing.

    Names that differ only in case are one genre.
    """
    wanted = list(dict.fromkeys(paths))
    known = _known_genres() if wanted else {}
    found: dict[Path, GenrePlace] = {}
    for depth in range(1, max(map(len, wanted), default=0) + 1):
        level = list(dict.fromkeys(path[:depth] for path in wanted if len(path) >= depth))
        _make_genres(cursor, level, known, found)
        found |= {path: known[_key(path, found)] for path in level}
    return found


def known_genres(paths: Iterable[Path]) -> dict[Path, GenrePlace]:
    """As find_or_make_genres, but nothing is made: what is missing has 0 for an id."""
    wanted = dict.fromkeys(paths)
    known = _known_genres() if wanted else {}
    found: dict[Path, GenrePlace] = {}
    for path in wanted:
        for end in range(1, len(path) + 1):
            missing = GenrePlace(0, DEFAULT_MOOD)
            found[path[:end]] = known.get(_key(path[:end], found), missing)
    return found


def _known_genres() -> dict[tuple[int | None, str], GenrePlace]:
    rows = Genre.objects.values_list("pk", "parent_id", "name", "mood")
    return {(parent, name.lower()): GenrePlace(pk, mood) for pk, parent, name, mood in rows}


def _make_genres(
    cursor: CursorWrapper,
    level: Sequence[Path],
    known: dict[tuple[int | None, str], GenrePlace],
    found: Mapping[Path, GenrePlace],
) -> None:
    missing: dict[tuple[int | None, str], Path] = {}
    for path in level:
        if _key(path, found) not in known:
            missing.setdefault(_key(path, found), path)
    if not missing:
        return
    slugs = _free_slugs(cursor, "catalog_genre", list(missing.values()))
    made = Genre.objects.bulk_create(
        Genre(name=path[-1], parent_id=parent, slug=slugs[path], mood=mood_for(path))
        for (parent, _name), path in missing.items()
    )
    places = [GenrePlace(genre.pk, genre.mood) for genre in made]
    known.update(zip(missing, places, strict=True))


def _key(path: Path, found: Mapping[Path, GenrePlace]) -> tuple[int | None, str]:
    parent = found.get(path[:-1])
    return (parent.id if parent else None, path[-1].lower())


def sort_name(name: str) -> str:
    """“Jane Austen” as “Austen, Jane”. A name with a comma is sorted as it is written."""
    ending = _GENERATION.search(name)
    words = (name[: ending.start()] if ending else name).split()
    if len(words) < 2 or "," in " ".join(words):
        return name
    suffix = f" {ending[0].strip(' ,')}" if ending else ""
    return f"{words[-1]}, {' '.join(words[:-1])}{suffix}"[:300]
