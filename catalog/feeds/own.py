"""The grammar of the CSV file that the shop writes itself, which leaves nothing to be guessed.

Names may hold any mark that feeds put between two of them. Here a backslash before such a mark says
that it is part of the name. A field that a spreadsheet would take for a formula begins with an
apostrophe, as does one that would be mistaken for such a field.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from catalog.models import Contribution

from .lists import ROLES, Path, Person
from .values import CACHED, clean_line, clean_text

# What the shop's genres are called in ONIX, where senders name schemes of their own.
GENRES = "Bookstore genres"
HEADER = (
    "ean",
    "title",
    "subtitle",
    "contributor_list",
    "language",
    "publisher",
    "genre_list",
    "series",
    "series_number",
    "publication_date",
    "on_sale_date",
    "publishing_status",
    "pages",
    "height_mm",
    "width_mm",
    "thickness_mm",
    "weight_g",
    "format",
    "tax_class",
    "description",
    "price",
    "average_rating",
    "ratings_count",
)
_WORDS: dict[str, str] = {role.value: word for word, role in ROLES.items()}
_ROLE = re.compile(rf"(?P<name>.*) \[(?P<role>{'|'.join(ROLES)})\]", re.DOTALL)
_LIST, _LEVEL = ";", ">"
_MARKS = re.compile(r"([\\;>])")
_ESCAPED = re.compile(r"\\(.)")
_FORMULA = re.compile(r"'*[=+\-@]")


def write_line(text: str) -> str:
    """`text` for a field of one line: as it will be once it has been read."""
    return _entities(_settled(clean_line, text))


def write_lines(text: str) -> str:
    return _entities(_settled(clean_text, text))


def _settled(clean: Callable[[str], str], text: str) -> str:
    # What stands between a letter and its accent goes first, and only then are the two one.
    return clean(clean(text.replace("&", "&amp;")).replace("&", "&amp;"))


def _entities(text: str) -> str:
    return text.replace("&", "&amp;") if "&" in text and html.unescape(text) != text else text


def guard(field: str) -> str:
    """`field` so that no spreadsheet runs it."""
    return f"'{field}" if _FORMULA.match(field) else field


def unguard(field: str) -> str:
    return field[1:] if field.startswith("'") and _FORMULA.match(field) else field


def write_people(people: Iterable[tuple[str, str]]) -> str:
    return _entities(f"{_LIST} ".join(_person(name, role) for name, role in people))


def _person(name: str, role: str) -> str:
    plain = _settled(clean_line, name)
    # An author needs no word, unless the name ends like one with a word.
    if role != Contribution.Role.AUTHOR or _ROLE.fullmatch(plain):
        plain = f"{plain} [{_WORDS[role]}]"
    return _escape(plain)


def write_genres(paths: Iterable[Path]) -> str:
    return _entities(f"{_LIST} ".join(map(_path, paths)))


def _path(names: Path) -> str:
    return f" {_LEVEL} ".join(_escape(_settled(clean_line, name)) for name in names)


@lru_cache(CACHED)
def read_people(text: str) -> tuple[Person, ...]:
    people: dict[Person, None] = {}
    for part in _split(text, _LIST):
        name = _unescape(part)
        found = _ROLE.fullmatch(name)
        role = ROLES[found["role"]] if found else Contribution.Role.AUTHOR
        people[found["name"] if found else name, role] = None
    return tuple(people)


@lru_cache(CACHED)
def read_genres(text: str) -> tuple[Path, ...]:
    paths = [tuple(map(_unescape, _split(part, _LEVEL))) for part in _split(text, _LIST)]
    return tuple(dict.fromkeys(path for path in paths if path))


def _escape(name: str) -> str:
    return _MARKS.sub(r"\\\1", name)


def _unescape(name: str) -> str:
    return _ESCAPED.sub(r"\1", name)


def _split(text: str, mark: str) -> Iterator[str]:
    """The parts of `text` between marks that no backslash stands before."""
    for part in re.findall(rf"(?:\\.|[^\\{mark}])+", text, re.DOTALL):
        if stripped := part.strip():
            yield stripped
