import logging
from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from . import still_you, visits

log = logging.getLogger("bookstore.sessions")


class VisitMiddleware:
    """Notes now and then that a session is in use. The page is answered whether or not it can.

    It stands next to AuthenticationMiddleware, so that nothing changes the session after it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 500:
            try:
                visits.note(request, response, now=timezone.now())
            # The last two: no address, or fewer proxies than there should be.
            except (DatabaseError, InterfaceError, PermissionDenied, ImproperlyConfigured) as error:
                log.warning("visit not noted: %s", type(error).__name__)
        return response


class StillYouMiddleware:
    """Asks again who it is before some pages; in place of allauth, which keeps a form meanwhile.

    It stands after allauth's own middleware, so that it is asked first what to do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name not in still_you.ASKED_BEFORE:
            return None
        if request.user.is_anonymous or still_you.has_just_proved(request):
            return None
        return still_you.ask(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.user.is_authenticated and isinstance(exception, ReauthenticationRequired):
            return still_you.ask(request)
        return None
