"""What a page has many of, one for each book on it, and shows otherwise to who is signed in.

The page holds a gap for each. All strangers see the same in it, so that their page is kept whole
and answered with 304 (bookstore/caching.py); for a member all gaps of a page are drawn at once.
An app registers its kind of mark when Django is ready, and needs one query for any number of them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.safestring import SafeString

from .frame import gap, has_gap, reader_of, split
from .htmx import region_asked_for


class Kind(NamedTuple):
    """How the marks of a kind are drawn, in their order, from what each is about: any text."""

    for_strangers: Callable[[Sequence[str]], Sequence[str]]
    for_member: Callable[[HttpRequest, Sequence[str]], Sequence[str]]
    # The one mark whose element has this id; "" if it is none of this kind.
    alone: Callable[[HttpRequest, str], str]


_KINDS: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    _KINDS[name] = kind


def mark(name: str, about: str) -> SafeString:
    """A mark of the kind `name`, for a page that `kept` answers, or for HTML that is filled here."""
    return gap(f"{name} {about}")


def is_mark(part: str) -> bool:
    """Whether the gap is one for a mark: no other name has a space in it."""
    return " " in part


def filled(request: HttpRequest, html: str) -> str:
    """The HTML with all of its marks drawn for whoever reads it."""
    if not has_gap(html):
        return html
    pieces = split(html)
    parts = pieces[1::2]
    is_signed_in = reader_of(request).is_signed_in
    pieces[1::2] = for_member(request, parts) if is_signed_in else for_strangers(parts)
    return "".join(pieces)


def for_strangers(parts: Sequence[str]) -> list[str]:
    return _drawn(parts, lambda kind, about: kind.for_strangers(about))


def for_member(request: HttpRequest, parts: Sequence[str]) -> list[str]:
    return _drawn(parts, lambda kind, about: kind.for_member(request, about))


def _drawn(parts: Sequence[str], draw: Callable[[Kind, Sequence[str]], Sequence[str]]) -> list[str]:
    """The marks that gaps ask for, those of each kind drawn at once."""
    about: dict[str, list[str]] = {}
    for part in parts:
        name, _space, rest = part.partition(" ")
        about.setdefault(name, []).append(rest)
    drawn = {name: iter(draw(_KINDS[name], asked)) for name, asked in about.items()}
    return [next(drawn[part.partition(" ")[0]]) for part in parts]


def mark_alone(request: HttpRequest) -> HttpResponse | None:
    """The one mark that htmx asked a member's page for, as it is now; None if it asked for another."""
    if not (reader_of(request).is_signed_in and (region := region_asked_for(request))):
        return None
    for kind in _KINDS.values():
        if html := kind.alone(request, region):
            response = HttpResponse(html)
            patch_vary_headers(response, ["HX-Request", "HX-Target"])
            add_never_cache_headers(response)
            return response
    return None
