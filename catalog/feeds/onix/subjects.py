"""What a book is about, as genres of the shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from catalog.feeds import own
from catalog.feeds.rows import LONGEST_GENRE

from .codes import BIC, THEMA
from .product import Product

# List 27, the best first. In Thema and BIC the beginning of a code says enough; of the others only
# headings are read, and of those that are not for readers (keywords, places, times) none.
_THEMA, _BISAC, _BIC = "93", "10", "12"
_SCHEMES = (_THEMA, _BISAC, _BIC, "23", "24", "29", "26", "87")
_TABLES = {_THEMA: THEMA, _BIC: BIC}
_LEVELS = re.compile(r"\s*/\s*|\s+>\s+")
# “FICTION, Historical”: the name of a shelf in capitals before what is narrower.
_SHELF = re.compile(r"([A-Z][A-Z &’'-]{2,}),\s+(?=\S)")
MOST_GENRES = 5
MOST_LEVELS = 3

type Path = tuple[str, ...]


class _Subject(NamedTuple):
    scheme: str
    code: str
    heading: str


def read_genres(product: Product) -> tuple[Path, ...]:
    """The genres of the best scheme that says anything, each with those above it, and each once.

    Those of a message that a shop like this one wrote are as they are there.
    """
    if ours := _ours(product):
        return ours
    subjects = list(_subjects(product))
    for scheme in _SCHEMES:
        paths: dict[Path, Path] = {}
        for subject in subjects:
            if subject.scheme == scheme and (path := _path(product, subject)):
                paths.setdefault(tuple(name.casefold() for name in path), path)
        if paths:
            return tuple(paths.values())[:MOST_GENRES]
    return ()


def _ours(product: Product) -> tuple[Path, ...]:
    headings = [
        one.text("SubjectHeadingText")
        for one in product.descriptive.all("Subject")
        if one.text("SubjectSchemeName") == own.GENRES
    ]
    paths = [path for heading in headings for path in own.read_genres(heading)]
    return tuple(
        path
        for path in paths
        if product.fits("SubjectHeadingText", max(path, key=len), LONGEST_GENRE)
    )


def _subjects(product: Product) -> Iterator[_Subject]:
    block = product.descriptive
    for element, scheme in (("BASICMainSubject", _BISAC), ("BICMainSubject", _BIC)):
        for code in block.texts(element):
            yield _Subject(scheme, code, "")
    for one in (*block.all("MainSubject"), *block.all("Subject")):
        scheme = one.text("MainSubjectSchemeIdentifier", "SubjectSchemeIdentifier")
        yield _Subject(scheme, one.text("SubjectCode"), one.text("SubjectHeadingText"))


def _path(product: Product, subject: _Subject) -> Path:
    table = _TABLES.get(subject.scheme, {})
    code = subject.code.upper()
    for end in range(len(code), 0, -1):
        if (name := table.get(code[:end])) is not None:
            return (name,) if name else ()
    heading = _SHELF.sub(r"\1 / ", subject.heading, count=1)
    names = [_readable(name) for name in _LEVELS.split(heading)]
    kept = [name for name in names if any(map(str.isalpha, name))]
    if len(kept) > 1 and kept[-1].casefold() == "general":
        kept.pop()
    if len(max(kept, key=len, default="")) > LONGEST_GENRE:
        product.fits("SubjectHeadingText", max(kept, key=len), LONGEST_GENRE)
        return ()
    return tuple(kept[:MOST_LEVELS])


def _readable(name: str) -> str:
    """A heading as a shelf is labelled, not in capitals."""
    name = name.strip()
    return name.capitalize() if name.isupper() and len(name) > 3 else name
