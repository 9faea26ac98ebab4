"""Answers that need not be made anew each time."""

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

from .frame import frame_for, reader_of, split
from .htmx import region_asked_for

type View = Callable[..., HttpResponse]
NOTHING_PERSONAL: Mapping[str, Callable[[], str]] = {}

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
    personal: Mapping[str, Callable[[], str]] = NOTHING_PERSONAL,
) -> HttpResponse:
    """The page that `draw` makes for an address and `facts`, for a minute in each process.

    Only the frame (bookstore/frame.py) and the parts that {% personal_part %} names differ between
    readers: `personal` has their HTML. `draw` sees no cookies, and its page is not kept if it read
    the session, set a cookie or put a CSRF token into a form. A page without personal parts is
    answered with 304 to who has it. For staff, and for readers with messages waiting, pages are
    drawn anew: staff see at once what they changed.
    """
    if get_messages(request) or reader_of(request).is_staff:
        return _with_context(draw(), personal=personal)
    language = get_language() or ""
    key = _key(request, language, facts)
    if page := caches["pages"].get(key):
        return _answer(request, language, page, personal)
    response, looked = _blindly(request, draw, personal)
    if not _is_page(response):
        return response
    page = _Page.of(response)
    if looked:
        response.content = frame_for(reader_of(request), language).fill(page.pieces, personal)
        return response
    caches["pages"].set(key, page)
    return _answer(request, language, page, personal, response)


class _Page(NamedTuple):
    """A page without the frame's parts, as it is kept."""

    headers: dict[str, str]
    pieces: list[str]
    digest: str

    @classmethod
    def of(cls, response: HttpResponse) -> "_Page":
        patch_vary_headers(response, ["Cookie"])
        patch_cache_control(response, private=True, no_cache=True)
        digest = hashlib.sha256(response.content).hexdigest()[:16]
        return cls(dict(response.headers), split(response.text), digest)


def _key(request: HttpRequest, language: str, facts: Sequence[str]) -> str:
    """All that such a page depends on; a digest, since addresses are of any length."""
    everything = [
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
    personal: Mapping[str, Callable[[], str]],
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
    personal: Mapping[str, Callable[[], str]],
    drawn: HttpResponse | None = None,
) -> HttpResponse:
    """The page with what differs between readers, or 304 for who has it; in `drawn`, if it is new."""
    frame = frame_for(reader_of(request), language)
    headers = page.headers
    if not personal:
        etag = f'"{page.digest}{frame.digest}"'
        headers = {**headers, "ETag": etag}
        if unchanged := _unchanged(request, etag):
            for name in KEPT_IN_304:
                unchanged[name] = headers[name]
            return unchanged
    response = drawn or HttpResponse()
    for name, value in headers.items():
        response[name] = value
    response.content = frame.fill(page.pieces, personal)
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
