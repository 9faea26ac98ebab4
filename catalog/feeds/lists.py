"""What a field with several people or genres in it holds, as its feed writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

from catalog.models import Contribution

from .headers import genre_separator, name_separator
from .values import CACHED

type Person = tuple[str, Contribution.Role]
type Path = tuple[str, ...]

ROLES = {role.name.casefold(): role for role in Contribution.Role}
_ROLE = re.compile(rf"\s*[\[(]({'|'.join(ROLES)})[\])]$", re.IGNORECASE)
_GENERATION = re.compile(r"(jr|sr|ii|iii|iv|m\.?d|ph\.?d)\.?", re.IGNORECASE)
_LEVELS = re.compile(r"\s+/\s+|\s*>\s*")


def people_reader(sample: Iterable[str]) -> Callable[[str], tuple[Person, ...]]:
    """How to read a column of people of which `sample` is known."""
    return partial(_people, separator=name_separator(sample))


def genre_reader(sample: Iterable[str]) -> Callable[[str], tuple[Path, ...]]:
    return partial(_paths, separator=genre_separator(sample))


@lru_cache(CACHED)
def _people(text: str, separator: str) -> tuple[Person, ...]:
    """The people of one field with their roles, each once."""
    people: dict[tuple[str, str], Person] = {}
    for part in split_people(text, separator):
        name, role = _with_role(part)
        people.setdefault((name.casefold(), role), (name, role))
    return tuple(people.values())


def split_people(text: str, separator: str) -> Iterator[str]:
    """The people of one field; “Jr.” behind a comma belongs to the name before it."""
    names: list[str] = []
    for part in _split(text, separator):
        if separator == "," and names and _GENERATION.fullmatch(part):
            names[-1] += f", {part}"
        else:
            names.append(part)
    yield from names


@lru_cache(CACHED)
def _paths(text: str, separator: str) -> tuple[Path, ...]:
    """The genres of one field, each with those above it, and each once."""
    paths: dict[Path, Path] = {}
    for part in _split(text, separator):
        if path := tuple(name for name in _LEVELS.split(part) if name):
            paths.setdefault(tuple(name.casefold() for name in path), path)
    return tuple(paths.values())


def _split(text: str, separator: str) -> list[str]:
    parts = text.split(separator) if separator else [text]
    return [part.strip() for part in parts if part.strip()]


def _with_role(part: str) -> Person:
    found = _ROLE.search(part) if part.endswith(("]", ")")) else None
    if not found or not found.start():
        return part, Contribution.Role.AUTHOR
    return part[: found.start()], ROLES[found[1].casefold()]
