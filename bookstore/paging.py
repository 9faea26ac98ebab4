"""Pages of long lists."""

from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

LAST_PAGE = 100_000


def page_or_404(request: HttpRequest, rows: QuerySet[Any], size: int) -> Page[Any]:
    """The page of `rows` that the address asks for. Raises Http404 for one that is not there."""
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= LAST_PAGE):
        raise Http404
    try:
        return Paginator(rows, size).page(number)
    except InvalidPage as error:
        raise Http404 from error
