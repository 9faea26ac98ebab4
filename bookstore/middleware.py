from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

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
