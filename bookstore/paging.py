"""Pages of long lists."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

LAST_PAGE = 100_000
# How many pages are named on either side of the one that is shown.
AROUND = 2


def page_or_404(request: HttpRequest, rows: QuerySet[Any], size: int) -> Page[Any]:
    """The page of `rows` that the address asks for. Raises Http404 for one that is not there."""
    try:
        return Paginator(rows, size).page(number_or_404(request.GET.get("page", "1"), LAST_PAGE))
    except InvalidPage as error:
        raise Http404 from error


def number_or_404(text: str, highest: int) -> int:
    """The number of a page as an address has it. Raises Http404 for anything else."""
    digits = len(str(highest))
    if not (text.isascii() and text.isdigit() and len(text) <= digits and text[0] != "0"):
        raise Http404
    if int(text) > highest:
        raise Http404
    return int(text)


def pages_to_name(number: int, last: int) -> Iterator[int | None]:
    """The pages that links lead to: the first, the last, those around `number`. None: a gap."""
    before = 0
    for page in range(1, last + 1):
        if page in (1, last) or abs(page - number) <= AROUND:
            if page - before > 1:
                yield None if page - before > 2 else page - 1
            yield page
            before = page
