"""Answers that need not be made anew each time."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeGuard

from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import get_language

from .frame import frame_for, reader_of, split
from .htmx import region_asked_for

type View = Callable[..., HttpResponse]

ONE_YEAR = 60 * 60 * 24 * 365


def keep_for_good(response: HttpResponseBase) -> HttpResponseBase:
    """Let every cache keep the answer: another content would have another address."""
    patch_cache_control(response, public=True, max_age=ONE_YEAR, immutable=True)
    return response


def same_for_everybody(view: View) -> View:
    """Keep the pages that `view` draws, each for a minute in each process; 304 to who has one.

    Only the frame differs between readers (bookstore/frame.py), so the view must not look at who
    asks. It sees no cookies, and its page is not kept if it read the session, set a cookie or put a
    CSRF token into a form. While messages wait for a reader, pages are drawn for them alone.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if get_messages(request):
            return view(request, *args, **kwargs)
        key = _key(request)
        if page := caches["process"].get(key):
            return _answer(request, HttpResponse(headers=page.headers), page)
        response, looked = _blindly(request, lambda: view(request, *args, **kwargs))
        if not _is_page(response):
            return response
        page = _Page.of(response)
        if looked:
            response.content = frame_for(reader_of(request)).fill(page.pieces)
            return response
        caches["process"].set(key, page)
        return _answer(request, response, page)

    return answer


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


def _key(request: HttpRequest) -> str:
    """All that such a page depends on; a digest, since addresses are of any length."""
    facts = [
        get_language() or "",
        region_asked_for(request),
        request.scheme or "",
        request.META.get("HTTP_HOST", ""),
        request.path,
        request.META.get("QUERY_STRING", ""),
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _blindly(request: HttpRequest, view: Callable[[], HttpResponse]) -> tuple[HttpResponse, bool]:
    """What `view` draws without cookies, with gaps in it, and whether it looked at the reader."""
    session, cookies, was_read = request.session, request.COOKIES, request.session.accessed
    session.accessed, request.COOKIES = False, {}
    try:
        response = view()
        if _is_page(response):
            response.context_data = {**(response.context_data or {}), "is_for_everybody": True}
            response.render()
        has_token = "CSRF_COOKIE_NEEDS_UPDATE" in request.META
        return response, bool(session.accessed or response.cookies or has_token)
    finally:
        session.accessed, request.COOKIES = session.accessed or was_read, cookies


def _is_page(response: HttpResponse) -> TypeGuard[TemplateResponse]:
    return isinstance(response, TemplateResponse) and response.status_code == 200


def _answer(request: HttpRequest, response: HttpResponse, page: _Page) -> HttpResponse:
    frame = frame_for(reader_of(request))
    etag = response.headers["ETag"] = f'"{page.digest}{frame.digest}"'
    answer = get_conditional_response(request, etag=etag, response=response) or response
    if answer is response:
        response.content = frame.fill(page.pieces)
    return answer
