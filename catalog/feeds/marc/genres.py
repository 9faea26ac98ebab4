"""Which genres of a shop a library record names.

Only what says what kind of book it is: BISAC headings, terms of genre, and the codes for literary form
and for children. Subject headings say what a book is about; each would be a room with one book in it.
"""

from __future__ import annotations

import re

from .records import LENGTH_OF_008, Record
from .texts import bare

type Path = tuple[str, ...]

FICTION, CHILDREN = "Fiction", "Children’s books"
_FORMS: dict[str, Path] = {
    "1": (FICTION,),
    "f": (FICTION,),
    "j": (FICTION, "Short stories"),
    "d": ("Drama",),
    "p": ("Poetry",),
    "e": ("Essays",),
    "h": ("Humour",),
}
# What a book is printed on or kept as, and that it is a book.
_CARRIERS = re.compile(
    r"electronic|e-?books?\b|online|large (?:print|type)|braille|audio|talking|microf|digital"
    r"|^(?:livres?|buch|bücher|books?|hochschulschrift|text)\b",
    re.IGNORECASE,
)
# Where 008 has them, in the records of books.
_AUDIENCE, _LITERARY_FORM = 22, 33
_CHILDREN = "abcj"


def genres_of(record: Record) -> tuple[Path, ...]:
    """The genres of a record with those above them, each once. Raises BadValue."""
    paths = [*_bisac(record), *_terms(record)] or _coded(record)
    kept: dict[Path, Path] = {}
    for path in paths:
        kept.setdefault(tuple(name.casefold() for name in path), path)
    return tuple(kept.values())


def _bisac(record: Record) -> list[Path]:
    """“FICTION / Mystery & Detective / General.”"""
    headings = [
        field.text("a")
        for field in record.tagged("650", "655")
        if field.text("2").casefold() in ("bisacsh", "bisac")
    ]
    return [_path(heading) for heading in headings if _path(heading)]


def _path(heading: str) -> Path:
    levels = [bare(level) for level in re.split(r"\s+/\s+|--", heading)]
    return tuple(
        level.capitalize() if level.isupper() else level
        for level in levels
        if level and level.casefold() != "general"
    )


def _terms(record: Record) -> list[Path]:
    terms = [
        bare(field.text("a"))
        for field in record.tagged("655")
        if field.text("2").casefold() not in ("bisacsh", "bisac")
    ]
    return [(term,) for term in terms if term and not _CARRIERS.search(term)]


def _coded(record: Record) -> list[Path]:
    codes = record.control("008")
    if not record.is_text or len(codes) != LENGTH_OF_008:
        return []
    paths = [_FORMS[form]] if (form := codes[_LITERARY_FORM]) in _FORMS else []
    if codes[_AUDIENCE] in _CHILDREN:
        return [(CHILDREN, *path) for path in paths] or [(CHILDREN,)]
    return paths
