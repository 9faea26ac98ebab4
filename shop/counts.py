"""What the pages of a stock take show."""

from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from bookstore.keys import key_in
from catalog.models import Book
from catalog.money import format_difference
from catalog.spreadsheets import csv_file

from . import in_house
from .models import StockTake, StockTakeLine
from .services import counting, posting_counts

NEWEST_SHOWN = 20
DIFFERENCES_SHOWN = 200
NOT_COUNTED_SHOWN = 50


def summary(take: StockTake) -> dict[str, Any]:
    """The sums of a count and its dearest differences. Two queries."""
    differences = list(take.lines.dearest()[: DIFFERENCES_SHOWN + 1])
    return {
        "sums": _with_words(take.lines.sums()),
        "lines": differences[:DIFFERENCES_SHOWN],
        "has_more": len(differences) > DIFFERENCES_SHOWN,
    }


def so_far(take: StockTake, *, chosen: str, who: str) -> dict[str, Any]:
    """The sums, the newest lines, and the line that is shown large: the chosen one (a book's key),
    or whatever this person scanned last.
    """
    newest = list(take.lines.newest()[:NEWEST_SHOWN])
    key = key_in(chosen) or _last_scanned(take, who)
    current = next((line for line in newest if line.book_id == key), None)
    if current is None and key:
        current = take.lines.newest().filter(book=key).first()
    return {"sums": _with_words(take.lines.sums()), "lines": newest, "current": current}


def to_review(take: StockTake, *, now: datetime) -> dict[str, Any]:
    """What posting would do, with sums of it."""
    review = posting_counts.review(take, now=now)
    ready = review.to_post
    return {
        "sums": _with_words(take.lines.sums()),
        "review": review,
        "rows": ready[:DIFFERENCES_SHOWN],
        "has_more": len(ready) > DIFFERENCES_SHOWN,
        "obstacles": review.obstacles[:DIFFERENCES_SHOWN],
    }


def not_counted(take: StockTake, *, after: str) -> tuple[list[Any], bool]:
    """Books that should be found and were not counted, some at a time, with `copies`
    expected and the `choice` of a form; and whether there are more.

    `after`: the key of the last one of those shown before, or "".
    """
    books = counting.to_be_found(take.shelf).exclude(pk__in=take.lines.values("book"))
    found = books.filter(pk__gt=key_in(after) or 0).only("ean", "title", "byline", "shelf", "price")
    ahead = list(found.order_by("pk")[: NOT_COUNTED_SHOWN + 1])
    shown, has_more = ahead[:NOT_COUNTED_SHOWN], len(ahead) > NOT_COUNTED_SHOWN
    here = in_house.read(book.pk for book in shown)
    for book in shown:
        book.copies = here[book.pk].copies
        book.choice = f"{book.pk}:{here[book.pk].token}"
    return shown, has_more


def csv_of(take: StockTake) -> StreamingHttpResponse:
    """Every line of a count, by title, as a file for spreadsheets."""
    names = [
        *("ean", "title", "shelf", "expected", "counted", "difference"),
        *("price", "value", "to_count_again"),
    ]
    lines = take.lines.by_title().iterator(chunk_size=1000)
    return csv_file(f"stock-take-{take.pk}", names, map(_cells, lines))


def _cells(line: StockTakeLine) -> list[Any]:
    book: Book = line.book
    price = "" if line.price is None else line.price
    found = (line.expected, line.counted, line.difference)
    again = _("yes") if line.is_unsure else ""
    return [book.ean, book.title, book.shelf, *found, price, line.value, again]


def _with_words(sums: dict[str, Any]) -> dict[str, Any]:
    return {**sums, "worth_text": format_difference(sums["worth"])}


def _last_scanned(take: StockTake, who: str) -> int:
    newest = take.scans.filter(who=who).order_by("-pk").values_list("book_id", flat=True).first()
    return newest or 0
