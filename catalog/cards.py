"""Books standing on a shelf, as HTML.

A list is two dozen of these, and a template takes longer over them than the database and the rest
of the page together. So they are written here, and each text is escaped where it is put in.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookstore.marks import mark

from .availability import Availability, availability
from .cover_address import cover_address
from .languages import lang_attribute
from .models.books import Book, format_text
from .money import format_count, format_money, format_rating
from .volumes import Volume

# Pictures that even a small screen shows at once; those after them are fetched when they come near.
SEEN_AT_ONCE = 4
LATER = ' loading="lazy"'


def cards(books: Iterable[Volume], *, is_series: bool = False) -> SafeString:
    """The items of a shelf, with their numbers if it is a series. They are the same for everybody.

    Each has a gap for the mark "save" (bookstore/marks.py), so the page must be one that `kept`
    answers.
    """
    shelf = _Shelf(timezone.localdate(), get_language() or "", static("img/icons.svg"), is_series)
    items = [
        _card(book, LATER if place >= SEEN_AT_ONCE else "", shelf)
        for place, book in enumerate(books)
    ]
    return SafeString("".join(items))


class _Shelf(NamedTuple):
    """What all cards of a shelf have in common, asked for once."""

    today: date
    language: str
    icons: str
    is_series: bool


# Best sellers stand on many shelves, and a row of the catalogue says all that its card shows.
@lru_cache(maxsize=10_000)
def _card(book: Volume, loading: str, shelf: _Shelf) -> str:
    url = escape(book.get_absolute_url())
    cover, lang = cover_address(book), lang_attribute(book.language, shelf.language)
    kind = _kind(book.format, book.pages, shelf.language)
    number = _number(book.series_number) if shelf.is_series and book.series_number else ""
    by = f'<p class="by">{escape(book.byline)}</p>\n' if book.byline else ""
    fmt = f'<p class="fmt">{kind}</p>\n' if kind else ""
    rated = _stars(book, shelf.icons, shelf.language)
    price = "" if book.price is None else escape(format_money(book.price))
    price = f'<p class="price">{price}</p>' if price else ""
    return (
        f'<li>\n<div class="stand"><a class="pull" href="{url}" tabindex="-1" aria-hidden="true">'
        f'<span class="vol {cover.classes}"><img src="{escape(cover.small)}" alt=""'
        f' width="{cover.width}" height="{cover.height}"{loading}></span></a></div>\n'
        f'<div class="cap"><h3><a href="{url}"{lang}>{escape(book.title)}</a></h3>\n'
        f"{number}{by}{fmt}{rated}{_available(book, shelf)}"
        f'<div class="buy">{price}{save_mark(book, "icon")}</div>\n</div></li>\n'
    )


def save_mark(book: Book | Volume, look: str) -> SafeString:
    """The gap for what saves a book to its reader's wishlist: an "icon", or a button with "words"."""
    return mark("save", f"{look} {book.ean} {book.title}")


def _number(number: str) -> str:
    return f'<p class="fmt">{escape(_("No. %(number)s") % {"number": number})}</p>\n'


def _available(book: Volume, shelf: _Shelf) -> str:
    can = availability(book, shelf.today)
    words = can.words if isinstance(can.words, str) else _words(can, shelf.language)
    return f'<p class="av {can.mark}">{escape(words)}</p>\n'


def stars(book: Book | Volume) -> SafeString:
    """Readers' ratings of a book, drawn and in words; nothing for a book that nobody has rated."""
    return SafeString(_stars(book, static("img/icons.svg"), get_language() or ""))


def _stars(book: Book | Volume, icons: str, language: str) -> str:
    count = book.rating_count
    if not count:
        return ""
    return _stars_of(mean_in_tenths(book.rating_sum, count), count, icons, language)


def mean_in_tenths(total: int, count: int) -> int:
    """The mean of `count` ratings, rounded half up; the database does the same (migration 0008)."""
    return (20 * total + count) // (2 * count)


# Kinds and ratings of books are few, and their words are dear.
@lru_cache(maxsize=4096)
def _kind(book_format: str, pages: int | None, language: str) -> str:
    return escape(format_text(book_format, pages))


@lru_cache(maxsize=64)
def _words(can: Availability, language: str) -> str:
    return str(can.words)


@lru_cache(maxsize=4096)
def _stars_of(tenths: int, count: int, icons: str, language: str) -> str:
    """The mean of readers' ratings, drawn and in words."""
    mean, number = format_rating(tenths), format_count(count)
    reviews = ngettext("%(count)s review", "%(count)s reviews", count) % {"count": number}
    return format_html(
        '<p class="stars"><svg viewBox="0 0 120 24" aria-hidden="true" focusable="false">'
        '<use class="e" {five}/><svg width="{width}" height="24"><use class="f" {five}/></svg></svg>'
        '<span aria-hidden="true">{mean} ({number})</span><span class="vh">{words}</span></p>\n',
        five=format_html('href="{}#five" width="120" height="24"', icons),
        width=round(tenths * 2.4),
        mean=mean,
        number=number,
        words=_("Rated %(mean)s out of 5, %(reviews)s") % {"mean": mean, "reviews": reviews},
    )
