"""Answers that need not be made anew each time."""

import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple, TypeGuard

from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import get_language

from . import marks
from .compression import accepts_gzip
from .frame import ENCODED_MARK, Frame, Reader, frame_for, gap, reader_of
from .htmx import region_asked_for
from .replicas.reading import source

type View = Callable[..., HttpResponse]
type Personal = Mapping[str, Callable[[], str]]
NOTHING_PERSONAL: Personal = {}

# What a browser must know of a page that it has (RFC 9110, 15.4.5).
KEPT_IN_304 = ("ETag", "Vary", "Cache-Control")
ONE_YEAR = 60 * 60 * 24 * 365


def keep_for_good(response: HttpResponseBase) -> HttpResponseBase:
    """Let every cache keep the answer: another content would have another address."""
    patch_cache_control(response, public=True, max_age=ONE_YEAR, immutable=True)
    return response


def csrf_input(request: HttpRequest) -> str:
    """What {% csrf_token %} puts into a form, for a form in a page that is kept."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)
    )


def same_for_everybody(view: View) -> View:
    """Keep the pages that `view` draws (see `kept`); they depend on nothing but their address."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return kept(request, lambda: view(request, *args, **kwargs))

    return answer


def kept(
    request: HttpRequest,
    draw: Callable[[], HttpResponse],
    *,
    facts: Sequence[str] = (),
    personal: Personal = NOTHING_PERSONAL,
) -> HttpResponse:
    """The page that `draw` makes for an address and `facts`, for a minute in each process.

    Only the frame (bookstore/frame.py), the parts that {% personal_part %} names and marks
    (bookstore/marks.py) differ between readers: `personal` has the HTML of the parts. `draw` sees
    no cookies, and its page is not kept if it read the session, set a cookie or put a CSRF token
    into a form. A page without personal parts, and for members without marks, is answered with 304
    to who has it. For staff, and for readers with messages waiting, pages are drawn anew: staff see
    at once what they changed.
    """
    if alone := marks.mark_alone(request):
        return alone
    if get_messages(request) or reader_of(request).is_staff:
        return _drawn_anew(request, draw(), personal)
    language = get_language() or ""
    key = _key(request, language, facts)
    if page := caches["pages"].get(key):
        return _answer(request, language, page, personal)
    response, looked = _blindly(request, draw, personal)
    if not _is_page(response):
        return response
    page = _Page.of(response)
    if looked:
        response.content = page.filled(request, frame_for(reader_of(request), language), personal)
        return response
    caches["pages"].set(key, page)
    return _answer(request, language, page, personal, response)


class _Page(NamedTuple):
    """A page as strangers see it, without the frame's parts and personal ones, as it is kept."""

    headers: dict[str, str]
    # Encoded, as strangers get them.
    pieces: list[bytes]
    # Places of the pieces that differ between readers, and what fills them. What strangers see in
    # the marks stands there already.
    gaps: list[tuple[int, str]]
    marked: list[tuple[int, str]]
    digest: str
    # As strangers without a basket get it, by the digest of their frame, once one of them asked.
    compressed: dict[str, bytes]

    @classmethod
    def of(cls, response: HttpResponse) -> "_Page":
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        patch_cache_control(response, private=True, no_cache=True)
        pieces = response.content.split(ENCODED_MARK)
        parts = [(place, pieces[place].decode()) for place in range(1, len(pieces), 2)]
        marked = [(place, part) for place, part in parts if marks.is_mark(part)]
        gaps = [(place, part) for place, part in parts if not marks.is_mark(part)]
        drawn = marks.for_strangers([part for _place, part in marked])
        for (place, _part), html in zip(marked, drawn, strict=True):
            pieces[place] = html.encode()
        digest = hashlib.sha256(b"".join(pieces)).hexdigest()[:16]
        return cls(dict(response.headers), pieces, gaps, marked, digest, {})

    def compressed_for_strangers(self, request: HttpRequest, frame: Frame) -> bytes:
        """The page without personal parts for who has no basket, packed once: it holds no secret."""
        if frame.digest not in self.compressed:
            page = self.filled(request, frame, NOTHING_PERSONAL)
            self.compressed[frame.digest] = gzip.compress(page)
        return self.compressed[frame.digest]

    def filled(self, request: HttpRequest, frame: Frame, personal: Personal) -> bytes:
        """The page with what differs between readers."""
        is_stranger = not reader_of(request).is_signed_in
        pieces = self.pieces.copy()
        for place, part in self.gaps:
            html = personal[part]() if part in personal else getattr(frame, part)
            if is_stranger and part in personal:
                html = marks.filled(request, html)
            pieces[place] = html.encode()
        if is_stranger:
            return b"".join(pieces)
        for place, part in self.marked:
            pieces[place] = gap(part).encode()
        # All at once, with those in personal parts.
        return marks.filled(request, b"".join(pieces).decode()).encode()


def _key(request: HttpRequest, language: str, facts: Sequence[str]) -> str:
    """All that such a page depends on; a digest, since addresses are of any length."""
    everything = [
        # Whoever reads the primary, since they wrote, gets no page that was drawn from behind it.
        source(),
        language,
        region_asked_for(request),
        request.scheme or "",
        request.META.get("HTTP_HOST", ""),
        request.path,
        request.META.get("QUERY_STRING", ""),
        *facts,
    ]
    return hashlib.sha256(repr(everything).encode()).hexdigest()


def _blindly(
    request: HttpRequest,
    draw: Callable[[], HttpResponse],
    personal: Personal,
) -> tuple[HttpResponse, bool]:
    """What `draw` makes without cookies, with gaps in it, and whether it looked at the reader."""
    session, cookies, was_read = request.session, request.COOKIES, request.session.accessed
    user, asked = request.user, []

    def watched() -> Any:
        asked.append(user)
        return user

    session.accessed, request.COOKIES = False, {}
    request.user = SimpleLazyObject(watched)  # type: ignore[assignment]
    try:
        response = _with_context(draw(), personal=personal, is_for_everybody=True)
        if _is_page(response):
            response.render()
        has_token = "CSRF_COOKIE_NEEDS_UPDATE" in request.META
        looked = session.accessed or asked or response.cookies or has_token
        return response, bool(looked)
    finally:
        session.accessed, request.COOKIES = session.accessed or was_read, cookies
        request.user = user


def _drawn_anew(request: HttpRequest, response: HttpResponse, personal: Personal) -> HttpResponse:
    """The page that is drawn once Django comes to it, with the marks filled then."""

    def fill(drawn: HttpResponse) -> None:
        drawn.content = marks.filled(request, drawn.text)

    if _is_page(response):
        response.add_post_render_callback(fill)
    return _with_context(response, personal=personal)


def _with_context(response: HttpResponse, **context: Any) -> HttpResponse:
    if _is_page(response):
        response.context_data = {**(response.context_data or {}), **context}
    return response


def _is_page(response: HttpResponse) -> TypeGuard[TemplateResponse]:
    return isinstance(response, TemplateResponse) and response.status_code == 200


def _answer(
    request: HttpRequest,
    language: str,
    page: _Page,
    personal: Personal,
    drawn: HttpResponse | None = None,
) -> HttpResponse:
    """The page with what differs between readers, or 304 for who has it; in `drawn`, if it is new."""
    reader = reader_of(request)
    frame = frame_for(reader, language)
    headers = page.headers
    if not (personal or (page.marked and reader.is_signed_in)):
        # Weak: the page is the same, compressed or not.
        etag = f'W/"{page.digest}{frame.digest}"'
        headers = {**headers, "ETag": etag}
        if unchanged := _unchanged(request, etag):
            for name in KEPT_IN_304:
                unchanged[name] = headers[name]
            return unchanged
    response = drawn or HttpResponse()
    for name, value in headers.items():
        response[name] = value
    if reader == Reader() and not personal and accepts_gzip(request):
        response.content = page.compressed_for_strangers(request, frame)
        response["Content-Encoding"] = "gzip"
    else:
        response.content = page.filled(request, frame, personal)
    return response


def _unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 for who has the page with this tag (RFC 9110, 13.2.2)."""
    asked = request.META
    is_plain = request.method == "GET" and "HTTP_IF_MATCH" not in asked
    if is_plain and asked.get("HTTP_IF_NONE_MATCH") == etag:
        # What browsers send needs not be taken apart.
        return HttpResponseNotModified()
    response: HttpResponse | None = get_conditional_response(request, etag=etag)
    return response
