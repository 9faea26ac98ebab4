"""What stands with each book and saves it to its reader's wishlist, or takes it off again.

Strangers have a link to a page that asks them to sign in. Members have a button of a form that is
on the page once, as it holds their token; htmx draws the button alone (see bookstore/marks.py).
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from bookstore.addresses import address_of
from bookstore.caching import csrf_input
from bookstore.marks import Kind
from catalog.volumes import volume_by_ean

from .wishlists import saved_eans

CLASSES = {"icon": "icon", "words": "btn ghost small"}
_ID = re.compile(rf"save-({'|'.join(CLASSES)})-([0-9]{{13}})(-[0-9]{{1,3}})?")


class _Page(NamedTuple):
    """What all buttons of a page have in common, asked for once."""

    icons: str
    language: str
    address: str

    @classmethod
    def of(cls, request: HttpRequest) -> "_Page":
        address = escape(request.get_full_path())
        return cls(static("img/icons.svg"), get_language() or "", address)


class Asked(NamedTuple):
    """What a page says of a button: how it looks, a key of CLASSES, and the book it is for."""

    look: str
    ean: str
    title: str

    @classmethod
    def read(cls, about: str) -> "Asked":
        return cls(*about.split(" ", 2))


def for_strangers(about: Sequence[str]) -> list[str]:
    icons, language = static("img/icons.svg"), get_language() or ""
    return [_link(one, icons, language) for one in about]


def for_member(request: HttpRequest, about: Sequence[str]) -> list[str]:
    """The buttons in the order of the page, and before the first one the form that they belong to.

    One query.
    """
    asked = [Asked.read(one) for one in about]
    saved = saved_eans(user=request.user, eans={one.ean for one in asked})
    page = _Page.of(request)
    seen: Counter[str] = Counter()
    buttons = [_form(request)]
    for one in asked:
        element = f"save-{one.look}-{one.ean}"
        seen[element] += 1
        if seen[element] > 1:
            element += f"-{seen[element]}"
        buttons.append(_button(page, element, one, is_saved=one.ean in saved))
    return ["".join(buttons[:2]), *buttons[2:]]


def alone(request: HttpRequest, element: str) -> str:
    """The button whose id is `element`, "" if there is no such button. Two queries."""
    found = _ID.fullmatch(element)
    book = volume_by_ean(found[2]) if found else None
    if not (found and book):
        return ""
    saved = saved_eans(user=request.user, eans=[book.ean])
    asked = Asked(found[1], book.ean, book.title)
    page = _Page.of(request)
    return _button(page, element, asked, is_saved=bool(saved))


def _form(request: HttpRequest) -> str:
    return f'<form id="press" method="post" hidden>{csrf_input(request)}</form>'


# Best sellers stand on many pages, and words are dear.
@lru_cache(maxsize=10_000)
def _link(about: str, icons: str, language: str) -> str:
    asked = Asked.read(about)
    url = address_of("waitlist:wishlist_add", asked.ean)
    words = _words(asked, icons, language, is_saved=False)
    return f'<a class="{CLASSES[asked.look]}" rel="nofollow" href="{url}"{words}</a>'


def _button(page: _Page, element: str, asked: Asked, *, is_saved: bool) -> str:
    """Without htmx the page is loaded anew, and shows the same place again."""
    action = "waitlist:wishlist_remove" if is_saved else "waitlist:wishlist_add"
    url = address_of(action, asked.ean)
    words = _words(asked, page.icons, page.language, is_saved=is_saved)
    return (
        f'<button class="{CLASSES[asked.look]}{" saved" if is_saved else ""}" id="{element}"'
        f' form="press" formaction="{url}" name="next" value="{page.address}#{element}"'
        f' hx-post="{url}" hx-swap="outerHTML"{words}</button>'
    )


@lru_cache(maxsize=10_000)
def _words(asked: Asked, icons: str, language: str, *, is_saved: bool) -> str:
    """The end of an element's tag, with its name, and the content of the element."""
    name = _("Save %(title)s to your wishlist")
    word = pgettext("wishlist", "Save")
    if is_saved:
        name, word = _("Saved: take %(title)s off your wishlist"), _("Saved")
    return (
        f' aria-label="{escape(name % {"title": asked.title})}">'
        f'<svg class="ico" aria-hidden="true" focusable="false"><use href="{icons}#i-heart"/></svg>'
        f"{escape(word) if asked.look == 'words' else ''}"
    )


MARKS = Kind(for_strangers, for_member, alone)
