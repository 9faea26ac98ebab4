"""The numbers of a series that no book here has."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.querysets import BookQuerySet

# A series numbered by years has gaps without end.
MOST_GAPS = 12
WIDEST_GAP = 20


def missing_numbers(books: BookQuerySet) -> list[str]:
    """The gaps between the numbers of a series, in words and in one query: “No. 3”, “No. 5 to 7”."""
    texts: list[str] = []
    for first, last in _gaps(books.whole_numbers()):
        if last - first < WIDEST_GAP and len(texts) < MOST_GAPS:
            text = _("No. %(first)s") if first == last else _("No. %(first)s to %(last)s")
            texts.append(text % {"first": first, "last": last})
    return texts


def _gaps(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for before, after in zip([0, *numbers], numbers, strict=False):
        if after - before > 1:
            yield before + 1, after - 1
