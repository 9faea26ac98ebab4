"""What books refer to: publishers, series, people and genres, found by name or made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from catalog.models import Contributor, Genre, Publisher, Series
from catalog.slugs import distinct_slug, slug_for

from .moods import mood_for
from .rows import BookRow

type Path = tuple[str, ...]

_GENERATION = re.compile(r",?\s+(?:Jr\.?|Sr\.?|II|III|IV)$")


@dataclass(frozen=True)
class References:
    """Ids by name of all that the books of one batch refer to."""

    publishers: Mapping[str, int]
    series: Mapping[str, int]
    contributors: Mapping[str, int]
    genres: Mapping[Path, Genre]


def get_or_create(rows: Sequence[BookRow]) -> References:
    """What `rows` refer to, made where it is missing. Names of people and publishers are exact."""
    people = {name: sort_name(name) for row in rows for name, _role in row.contributors}
    return References(
        publishers=_ids(Publisher, "name", {row.publisher: {} for row in rows if row.publisher}),
        series=_ids(Series, "title", {row.series: {} for row in rows if row.series}),
        contributors=_ids(
            Contributor, "name", {name: {"sort_name": by} for name, by in people.items()}
        ),
        genres=_genres(path for row in rows for path in row.genres),
    )


def _ids(
    model: type[models.Model], key: str, wanted: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """Ids by the unique field `key`; `wanted` holds the other fields of a row that must be made."""
    objects = model._default_manager
    ids = dict(objects.filter(**{f"{key}__in": list(wanted)}).values_list(key, "pk"))
    missing = sorted(wanted.keys() - ids.keys())
    if missing:
        slugs = _free_slugs(model, [(name,) for name in missing])
        made = objects.bulk_create(
            model(**{key: name}, **wanted[name], slug=slugs[(name,)]) for name in missing
        )
        ids |= {getattr(row, key): row.pk for row in made}
    return ids


def _free_slugs(model: type[models.Model], paths: Sequence[Path]) -> dict[Path, str]:
    """A slug for each new row: its name's, its path's if that is taken, else one with a hash."""
    readable = {
        path: [slug_for(path[-1], fallback=""), slug_for(" ".join(path), fallback="")]
        for path in paths
    }
    candidates = [slug for slugs in readable.values() for slug in slugs]
    taken = set(
        model._default_manager.filter(slug__in=candidates).values_list("slug", flat=True)
    ) | {""}
    slugs = {}
    for path, tries in readable.items():
        hashed = distinct_slug(" / ".join(path), fallback=model.__name__.lower())
        slugs[path] = next((slug for slug in tries if slug not in taken), hashed)
        taken.add(slugs[path])
    return slugs


def _genres(paths: Iterable[Path]) -> dict[Path, Genre]:
    """The genre at the end of each path; names that differ only in case are one genre."""
    wanted = list(dict.fromkeys(paths))
    known = (
        {(genre.parent_id, genre.name.lower()): genre for genre in Genre.objects.all()}
        if wanted
        else {}
    )
    found: dict[Path, Genre] = {}
    for depth in range(1, max(map(len, wanted), default=0) + 1):
        level = list(dict.fromkeys(path[:depth] for path in wanted if len(path) >= depth))
        _make_genres(level, known, found)
        found |= {path: known[_key(path, found)] for path in level}
    return found


def _make_genres(
    level: Sequence[Path], known: dict[tuple[int | None, str], Genre], found: Mapping[Path, Genre]
) -> None:
    missing: dict[tuple[int | None, str], Path] = {}
    for path in level:
        if _key(path, found) not in known:
            missing.setdefault(_key(path, found), path)
    slugs = _free_slugs(Genre, list(missing.values())) if missing else {}
    made = Genre.objects.bulk_create(
        Genre(name=path[-1], parent=found.get(path[:-1]), slug=slugs[path], mood=mood_for(path))
        for path in missing.values()
    )
    known.update(zip(missing, made, strict=True))


def _key(path: Path, found: Mapping[Path, Genre]) -> tuple[int | None, str]:
    parent = found.get(path[:-1])
    return (parent.pk if parent else None, path[-1].lower())


def sort_name(name: str) -> str:
    """“Jane Austen” as “Austen, Jane”. A name with a comma is sorted as it is written."""
    ending = _GENERATION.search(name)
    words = (name[: ending.start()] if ending else name).split()
    if len(words) < 2 or "," in " ".join(words):
        return name
    suffix = f" {ending[0].strip(' ,')}" if ending else ""
    return f"{words[-1]}, {' '.join(words[:-1])}{suffix}"[:300]
