"""The one module on the server that knows htmx exists."""

from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from .frame import reader_of
from .shells import PageInAShell


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    regions: Collection[str] = (),
    status: int = 200,
    shell: str = "",
    places: Mapping[str, str] | None = None,
) -> TemplateResponse:
    """A page, or only the region of it that htmx asked to replace.

    A region is a partial whose name is also its element's id. Only names that the view lists can
    be fetched alone. Pages of the same `shell` differ in their `places` alone (bookstore/shells.py).
    """
    region = region_asked_for(request)
    if region in regions:
        template = f"{template}#{region}"
    response = (
        TemplateResponse(request, template, context, status=status)
        if places is None
        else PageInAShell(request, template, context, key=shell, places=places, status=status)
    )
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def region_asked_for(request: HttpRequest) -> str:
    """The id of the element that htmx would replace, "" for a whole page. It may be any text."""
    return (_htmx(request).target or "") if is_region_request(request) else ""


def is_region_request(request: HttpRequest) -> bool:
    htmx = _htmx(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def _htmx(request: HttpRequest) -> HtmxDetails:
    """What HtmxMiddleware found in the headers."""
    return request.htmx  # type: ignore[attr-defined]


class LiveRegionMiddleware:
    """Sends pending messages and the basket badge along with any region.

    Where the answer is another page, since somebody was signed out or has ordered meanwhile, the
    browser is led there with the whole page: htmx would put it in the place of the region.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_region_request(request):
            return response
        if response.has_header("Location"):
            return _led_by_page(response)
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        messages = get_messages(request)
        if _is_other_page(request, response):
            # They stand on a page that nobody sees; they are for the one that comes.
            messages.used = False  # type: ignore[union-attr]
            return _led_to(request.get_full_path(), response)
        if messages:
            context = {"oob": True, "reader": reader_of(request)}
            response.write(render_to_string("_live.html", context, request=request))
        return response


def _is_other_page(request: HttpRequest, response: HttpResponse) -> bool:
    is_seen = request.method == "GET" and response.status_code == HTTPStatus.OK
    return is_seen and response.content[:9].lower() == b"<!doctype"


def _led_by_page(response: HttpResponse) -> HttpResponse:
    """The redirect, but one to the sign-in in a way that htmx leaves to the browser."""
    address = response.headers["Location"]
    if address.partition("?")[0] != resolve_url(settings.LOGIN_URL):
        return response
    return _led_to(address, response)


def _led_to(address: str, response: HttpResponse) -> HttpResponse:
    """In place of `response`: the browser opens the address, and htmx swaps nothing."""
    led = HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
    led.cookies = response.cookies
    return led
