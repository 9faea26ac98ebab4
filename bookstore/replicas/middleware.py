"""Draws catalogue pages from a replica that has all that their reader has just written."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from . import states
from .reading import read_from

READING = frozenset({"GET", "HEAD"})
WRITING_NOTHING = READING | {"OPTIONS"}
CATALOGUE = frozenset(
    {
        *("catalog:home", "catalog:book_list", "catalog:genre_list", "catalog:genre_detail"),
        *("catalog:author_detail", "catalog:series_detail", "catalog:publisher_detail"),
        *("catalog:book_detail", "catalog:book_by_number", "catalog:cover", "catalog:book_card"),
        *("catalog:suggest", "catalog:completions"),
        *("catalog:new_books", "catalog:new_by_author", "catalog:new_in_genre"),
        *("sitemap_index", "sitemap"),
    }
)
# The position of the primary's log up to which its reader has written. A replica that has not come
# so far by the cookie's end is too far behind to be read from at all.
COOKIE = "written"
SECONDS_BEYOND_LAG = 10
LONGEST_POSITION = 20


class ReplicaMiddleware:
    """It stands last, so that all others have had their say before a view is called.

    What a replica does not have, or has moved for good, may be newer than the replica; and a replica
    may break off. The primary is asked again then, as if there were no replicas.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.REPLICAS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in WRITING_NOTHING and response.status_code < 500:
            _note_writing(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.method not in READING or match is None or match.view_name not in CATALOGUE:
            return None
        alias = states.usable(_written_by(request))
        return _drawn_from(alias, lambda: view(request, *args, **kwargs)) if alias else None


def _drawn_from(alias: str, draw: Callable[[], HttpResponse]) -> HttpResponse | None:
    """What a replica answers; None where the primary must be asked."""
    try:
        with read_from(alias):
            response = draw()
            if isinstance(response, SimpleTemplateResponse):
                response.render()
    except Http404:
        return None
    except Error:
        if not states.leave_out_if_broken(alias):
            raise
        return None
    return None if response.status_code == HTTPStatus.MOVED_PERMANENTLY else response


def _note_writing(response: HttpResponse) -> None:
    try:
        position = states.written()
    except Error:
        # What was answered stands, and nothing is known that could be waited for.
        return
    response.set_cookie(
        COOKIE,
        str(position),
        max_age=settings.REPLICA_MAX_LAG + SECONDS_BEYOND_LAG,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _written_by(request: HttpRequest) -> int:
    """The position up to which the reader has written; 0 for who has not, or sends nonsense."""
    text = request.COOKIES.get(COOKIE, "")
    is_position = text.isascii() and text.isdigit() and len(text) <= LONGEST_POSITION
    return int(text) if is_position else 0
