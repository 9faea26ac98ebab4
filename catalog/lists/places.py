"""What differs between the pages of one list, as HTML: its books, and where they stand in it.

All else on these pages is drawn once for all of them (bookstore/shells.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from django.utils.translation import gettext as _

from catalog.cards import cards

from .page import ListPage

# A page of a list that is not its first one begins where the reader goes on.
GO_ON_HERE = " data-focus"


def places_of(page: ListPage, site: str, graph: str) -> dict[str, str]:
    """The HTML of each place by its name.

    `site` is the scheme and host of the page's address, `graph` what machines read of the page.
    """
    return {
        "list-head": "".join(_head(page, site, graph)),
        "list-focus": "" if page.is_first else GO_ON_HERE,
        "list-books": _books(page) if page.books else "",
    }


def _head(page: ListPage, site: str, graph: str) -> Iterator[str]:
    canonical = escape(site + page.canonical)
    yield f'<link rel="canonical" href="{canonical}">\n'
    yield f'<meta property="og:url" content="{canonical}">\n'
    if page.is_indexed:
        yield f'<script type="application/ld+json">{graph}</script>\n'
    else:
        yield '<meta name="robots" content="noindex,follow">\n'
    for direction, address in (("prev", page.previous), ("next", page.next)):
        if address:
            yield f'<link rel="{direction}" href="{escape(address)}">\n'


def _books(page: ListPage) -> str:
    where = f"{escape(page.range_text)}{_end(page)}"
    return (
        f'<ul class="shelf">\n{cards(page.books, is_series=page.is_series)}</ul>\n'
        + (f'<p class="quiet" id="range" data-said>{where}</p>\n' if where else "")
        + _links(page)
    )


def _end(page: ListPage) -> str:
    if not page.ends_early:
        return ""
    more = _("The best matches end here: more words, a filter or another order lead to the others.")
    return f" {escape(more)}"


def _links(page: ListPage) -> str:
    """Links to the other pages of the list."""
    if page.last_number <= 1:
        return ""
    links = [
        _link(page.previous, _("Previous"), "prev", is_first=page.listing.number == 2),
        *_numbers(page),
        _link(page.next, _("Next"), "next"),
        _link(page.last, _("Last page")),
    ]
    return (
        f'<nav class="pages" aria-label="{escape(_("Pages of results"))}" hx-target="#results"'
        ' hx-swap="outerHTML show:top" hx-push-url="true" hx-sync="#filter:replace">\n'
        f"{'\n'.join(link for link in links if link)}\n</nav>"
    )


def _link(address: str, text: str, direction: str = "", *, is_first: bool = False) -> str:
    if not address:
        return ""
    rel = f' rel="{direction}"' if direction else ""
    return f'<a class="more"{rel} {_to(address, is_first=is_first)}>{escape(text)}</a>'


def _to(address: str, *, is_first: bool) -> str:
    """Back on its first page a list begins afresh, without htmx."""
    href = escape(address)
    return f'href="{href}"' if is_first else f'href="{href}" hx-get="{href}"'


def _numbers(page: ListPage) -> Iterator[str]:
    word = f'<span class="vh">{escape(_("Page"))} </span>'
    for label, address in page.numbers:
        if not label:
            yield '<span aria-hidden="true">…</span>'
        elif not address:
            yield f'<span aria-current="page">{word}{label}</span>'
        else:
            yield f"<a {_to(address, is_first=label == '1')}>{word}{label}</a>"
