"""The numbers of a series that no book here has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from catalog.querysets import BookQuerySet

# A series numbered by years has gaps without end.
MOST_GAPS = 12
WIDEST_GAP = 20

# “3-5” and “3–5”; “4 & 5” are two numbers. A story between two books, “2.5”, fills no gap.
_RANGE = re.compile(r"([0-9]{1,6})(?:[.]0+)?\s*[-–—]\s*([0-9]{1,6})")
_WHOLE = re.compile(r"(?<![0-9.])([0-9]{1,6})(?:[.]0+)?(?![0-9.]*[0-9])")


def missing_numbers(books: BookQuerySet) -> list[str]:
    """The gaps between the numbers of a series, in words and in one query: “No. 3”, “No. 5 to 7”."""
    texts: list[str] = []
    for first, last in _gaps(_whole_numbers(books.series_numbers())):
        if last - first < WIDEST_GAP and len(texts) < MOST_GAPS:
            text = _("No. %(first)s") if first == last else _("No. %(first)s to %(last)s")
            texts.append(text % {"first": first, "last": last})
    return texts


def _whole_numbers(texts: Iterable[str]) -> list[int]:
    """All whole numbers that the numbers of books stand for, each once, from the lowest on."""
    numbers: set[int] = set()
    for text in texts:
        numbers.update(int(found) for found in _WHOLE.findall(text))
        for first, last in _RANGE.findall(text):
            # A wider one is a slip, or years.
            if int(last) - int(first) <= WIDEST_GAP:
                numbers.update(range(int(first), int(last) + 1))
    return sorted(numbers)


def _gaps(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for before, after in zip([0, *numbers], numbers, strict=False):
        if after - before > 1:
            yield before + 1, after - 1
