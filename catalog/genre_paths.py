"""Genres by their names, each with those above it."""

from collections.abc import Mapping

from .models import Genre

type Path = tuple[str, ...]


def genre_paths() -> Mapping[int, Path]:
    """The names of every genre and of all above it, the uppermost first, by its id. One query."""
    rows = Genre.objects.values_list("pk", "name", "parent")
    genres = {pk: (name, above) for pk, name, above in rows}

    def path(pk: int | None) -> Path:
        return (*path(genres[pk][1]), genres[pk][0]) if pk is not None else ()

    return {pk: path(pk) for pk in genres}
