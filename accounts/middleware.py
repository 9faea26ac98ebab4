import logging
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from . import visits

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
