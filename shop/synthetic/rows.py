"""Rows as COPY reads them: every value is text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

NULL = r"\N"

type Row = dict[str, str]


@dataclass(frozen=True)
class Ids:
    """The rows that books refer to, by the order in which they were made; and their own first ids."""

    people: Sequence[int]
    publishers: Sequence[int]
    series: Sequence[int]
    # Each leaf with its root, and the mood of the root's covers.
    genres: Sequence[tuple[int, int, str]]
    first_book: int
    first_work: int


@dataclass(slots=True)
class Rows:
    """What some books add to each table: rows by column, or lines as COPY reads them (COLUMNS)."""

    books: list[Row] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    contributions: list[str] = field(default_factory=list)
    genres: list[str] = field(default_factory=list)
    movements: list[str] = field(default_factory=list)

    def add(self, other: Rows) -> None:
        """Take over what `other` adds to every table but that of the books."""
        for table in COLUMNS:
            getattr(self, table).extend(getattr(other, table))


COLUMNS = {
    "works": ("id", "title", "key"),
    "texts": ("book_id", "description"),
    "contributions": ("book_id", "contributor_id", "position"),
    "genres": ("book_id", "genre_id"),
    "movements": ("book_id", "quantity"),
}
