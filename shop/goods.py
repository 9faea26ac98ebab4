"""What a way of delivery goes by, and what it asks of the lines of a basket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from catalog.models import Book

# Of a book that nobody has weighed: an ordinary paperback in its wrapping.
USUAL_WEIGHT_G = 400


class Line(Protocol):
    """A line of a basket, as far as prices go."""

    @property
    def book(self) -> Book: ...

    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True)
class Goods:
    """The sum of the books after any discount, and their weight."""

    total: Decimal
    weight_g: int


def weight_of(lines: Iterable[Line]) -> int:
    """Grams. A book without a weight counts as USUAL_WEIGHT_G."""
    return sum(line.quantity * (line.book.weight_g or USUAL_WEIGHT_G) for line in lines)
