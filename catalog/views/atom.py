"""Feeds of new books: all of them, those of a genre, those of a person."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from catalog.atom import NewBooks, NewByAuthor, NewInGenre

TEN_MINUTES = 60 * 10


@require_safe
@conditional_page
def new_books(request: HttpRequest) -> HttpResponse:
    return _kept_for_a_while(NewBooks()(request))


@require_safe
@conditional_page
def new_in_genre(request: HttpRequest, slug: str) -> HttpResponse:
    return _kept_for_a_while(NewInGenre()(request, slug=slug))


@require_safe
@conditional_page
def new_by_author(request: HttpRequest, slug: str) -> HttpResponse:
    return _kept_for_a_while(NewByAuthor()(request, slug=slug))


def _kept_for_a_while(response: HttpResponse) -> HttpResponse:
    # Django takes it from the newest entry, but an older one may have changed: the ETag knows.
    response.headers.pop("Last-Modified", None)
    patch_cache_control(response, public=True, max_age=TEN_MINUTES)
    return response
