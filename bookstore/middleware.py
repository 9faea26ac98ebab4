from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from shop import cart

from .frame import Reader

# PostgreSQL's text holds any character but this one, so no page has a use for it.
NUL = ("\x00", "%00")


class RefuseNulMiddleware:
    """Answers an address or a cookie with a NUL character with 400, before it reaches a query.

    Forms refuse NUL themselves, with an error at the field (ProhibitNullCharactersValidator).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = (request.path_info, request.META.get("QUERY_STRING", ""), *request.COOKIES.values())
        if any(nul in text for nul in NUL for text in texts):
            return HttpResponseBadRequest(render_to_string("400.html"))
        return self.get_response(request)


class AccountPagesMiddleware:
    """Keeps the pages of accounts out of every cache, also that of a browser others use later."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/accounts/"):
            add_never_cache_headers(response)
        return response


class RefusedFormMiddleware:
    """Answers with 422 where a form comes back with errors: views of allauth say 200."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        is_refused = request.method == "POST" and isinstance(form, BaseForm) and form.errors
        if is_refused and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


class ReaderMiddleware:
    """Tells the frame of a page who reads it, once the page has a frame to draw."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.find_reader = cache(partial(_reader, request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _reader(request: HttpRequest) -> Reader:
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES or request.session.modified
    if not has_session:
        return Reader()
    return Reader(
        is_signed_in=request.user.is_authenticated,
        is_staff=request.user.is_staff,
        copies=cart.count_copies(cart.shopper_of(request)),
    )
