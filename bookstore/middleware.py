from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.forms import BaseForm
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
)
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.locale import LocaleMiddleware
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import escape_leading_slashes

from shop import cart

from . import maintenance
from .frame import Reader
from .routes import FOR_MACHINES

# PostgreSQL's text holds any character but this one, so no page has a use for it.
NUL = ("\x00", "%00")
# For machines, and for staff who are not signed in yet.
ALWAYS_OPEN = (
    *FOR_MACHINES,
    *("account_login", "accounts:second_step", "accounts:passkey_sign_in"),
)
# Seconds, where nobody said until when the shop is closed; and where that moment is over.
TRY_AGAIN_AFTER = 600
SOONEST_AGAIN = 60


class LanguageMiddleware(LocaleMiddleware):
    """Answers in the language that the reader chose, else in one that the browser asks for.

    A shop of one language asks nobody, and its answers differ with nobody's wishes. Nor do those
    that are kept for good, which are pictures.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if len(settings.LANGUAGES) == 1:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if "immutable" in response.headers.get("Cache-Control", ""):
            return response
        patch_vary_headers(response, ["Cookie"])
        return super().process_response(request, response)


class RefusalsMiddleware:
    """Answers an address or a cookie with a NUL character with 400, before it reaches a query.

    Forms refuse NUL themselves, with an error at the field (ProhibitNullCharactersValidator).
    What a view refuses for its method gets words: Django's answer is a blank page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = (request.path_info, request.META.get("QUERY_STRING", ""), *request.COOKIES.values())
        if any(nul in text for nul in NUL for text in texts):
            return HttpResponseBadRequest(render_to_string("400.html"))
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            response.content = render_to_string("405.html").encode()
            response["Content-Length"] = str(len(response.content))
        return response


class HostMiddleware(CommonMiddleware):
    """Refuses hosts that ALLOWED_HOSTS does not name, but to machines: they ask this one by its address."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.path_info in _addresses(FOR_MACHINES):
            return None
        return super().process_request(request)


class MaintenanceMiddleware:
    """While the shop is closed (bookstore/maintenance.py), answers with 503 and says so.

    Staff who are signed in pass, and anybody to the pages where they would sign in. Notices of
    payments do not: one that comes again once all is done is safer than one that is half booked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        closure = maintenance.closure()
        if closure is None or _is_open_to(request):
            return self.get_response(request)
        return _closed(closure, request)


def _is_open_to(request: HttpRequest) -> bool:
    return request.path_info in _addresses(ALWAYS_OPEN) or request.user.is_staff


@cache
def _addresses(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(reverse, names))


def _closed(closure: maintenance.Closure, request: HttpRequest) -> HttpResponse:
    context = {
        "until": closure.until,
        "is_reading": request.method in {"GET", "HEAD"},
        "path": escape_leading_slashes(request.get_full_path()),
    }
    html = render_to_string("503.html", context)
    response = HttpResponse(html, status=HTTPStatus.SERVICE_UNAVAILABLE)
    wait = (closure.until - timezone.now()).total_seconds() if closure.until else TRY_AGAIN_AFTER
    response["Retry-After"] = str(max(int(wait), SOONEST_AGAIN))
    add_never_cache_headers(response)
    return response


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
    """Answers with 422 where a form comes back with errors: views of allauth say 200.

    The title of every page with 422 begins with "Error", which is read out first (base.html).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        context = response.context_data or {}
        is_wrong = any(isinstance(form, BaseForm) and form.errors for form in context.values())
        if request.method == "POST" and is_wrong and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            response.context_data = {**context, "is_refused": True}
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
