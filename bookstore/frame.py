"""The frame around every page: what of it differs between readers, drawn once for all alike."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from . import languages

PARTS = ("me", "live", "footer")
# No address, no form and no column of the database can hold it.
_MARK = "\0"
ENCODED_MARK = _MARK.encode()


class Reader(NamedTuple):
    """All that the frame shows of whoever reads the page. Equal readers get equal frames."""

    is_signed_in: bool = False
    is_staff: bool = False
    copies: int = 0


class Frame(NamedTuple):
    """The parts that differ between readers, as HTML without messages, and a digest of them."""

    me: str
    live: str
    footer: str
    digest: str


def gap(part: str) -> SafeString:
    """What stands in place of a part of the frame in a page for everybody."""
    return SafeString(f"{_MARK}{part}{_MARK}")


def has_gap(html: str) -> bool:
    return _MARK in html


def split(page: str) -> list[str]:
    """A page for everybody, taken apart at its gaps: every second piece is the name of a part."""
    return page.split(_MARK)


def reader_of(request: HttpRequest | None) -> Reader:
    """Who reads; a stranger if the request never came as far as ReaderMiddleware."""
    find: Callable[[], Reader] = getattr(request, "find_reader", Reader)
    return find()


def frame_for(reader: Reader, language: str) -> Frame:
    """The frame in `language`, the present one, kept in this process for a minute."""
    key = f"frame-{language}-{reader.is_signed_in:d}-{reader.is_staff:d}-{reader.copies}"
    frame: Frame | None = caches["process"].get(key)
    if frame is None:
        frame = _draw(reader)
        caches["process"].set(key, frame)
    return frame


def _draw(reader: Reader) -> Frame:
    # The templates are told nothing else, so that no name of a person is kept for another.
    context = {"reader": reader, "shop": settings.SHOP, "languages": languages.choices()}
    me, live, footer = (render_to_string(f"_{part}.html", context) for part in PARTS)
    digest = hashlib.sha256((me + live + footer).encode()).hexdigest()[:16]
    return Frame(me, live, footer, digest)
