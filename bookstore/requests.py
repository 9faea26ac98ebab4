"""One line in the log for each request, under a token that its answer, its tasks and mails bear."""

import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse

from . import request_ids
from .logs import line_of_request
from .metrics import count_request
from .routes import FOR_MACHINES, STATIC, route_of

log = logging.getLogger("bookstore.requests")

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
# Asked every second or by the dozen for a page: told only if they fail, or with LOG_LEVEL=DEBUG.
QUIET = (STATIC, *FOR_MACHINES)
# Refusals that views make by raising them.
REFUSALS = (Http404, PermissionDenied)


class RequestMiddleware:
    """Stands around everything else. Its line names no visitor and nothing that they typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, before = perf_counter(), _statements()
        request_id = request_ids.given_to(request)
        with request_ids.carried(request_id):
            response = self.get_response(request)
            response.headers[request_ids.HEADER] = request_id
            _tell(request, response, queries=_statements() - before, seconds=perf_counter() - began)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if not isinstance(exception, REFUSALS):
            request.broken_by = type(exception).__name__  # type: ignore[attr-defined]


def _statements() -> int:
    """How many this thread has sent so far (bookstore/postgresql/base.py)."""
    opened: Iterable[Any] = connections.all(initialized_only=True)
    return sum(connection.statements for connection in opened)


def _tell(request: HttpRequest, response: HttpResponse, *, queries: int, seconds: float) -> None:
    route, status = route_of(request), response.status_code
    method = request.method if request.method in METHODS else "other"
    error = getattr(request, "broken_by", "")
    count_request(route=route, method=method, status=status, seconds=seconds, error=error)
    facts: dict[str, str | int | float] = {
        "request_id": request_ids.current(),
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "queries": queries,
    }
    if length := response.headers.get("Content-Length"):
        facts["bytes"] = int(length)
    if error:
        facts["error"] = error
    level = _level(route, status)
    if log.isEnabledFor(level):
        log.handle(line_of_request(log.name, level, facts))


def _level(route: str, status: int) -> int:
    if status >= 500:
        return logging.ERROR
    return logging.DEBUG if route in QUIET and status < 400 else logging.INFO
