"""The token under which a request, the tasks that it causes and its mails are found in the log."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest
from structlog.contextvars import bind_contextvars, get_contextvars, reset_contextvars

HEADER = "X-Request-ID"
LONGEST = 64
_SANE = re.compile(rf"[A-Za-z0-9._-]{{8,{LONGEST}}}")


def new() -> str:
    return secrets.token_hex(8)


def current() -> str:
    """The token of what this process is doing; empty where nobody named it."""
    known: str = get_contextvars().get("request_id", "")
    return known


def given_to(request: HttpRequest) -> str:
    """What the shop's own proxy calls the request, else a new token.

    Without a proxy that is trusted, the header is the visitor's, and counts for nothing.
    """
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if _SANE.fullmatch(given) else new()


@contextmanager
def carried(request_id: str) -> Iterator[None]:
    """Inside the block, all that is logged and enqueued belongs to this token, or to a new one."""
    tokens = bind_contextvars(request_id=request_id or new())
    try:
        yield
    finally:
        reset_contextvars(**tokens)


def name(request_id: str, **more: str) -> None:
    """From here on, all that is logged and enqueued belongs to this token."""
    bind_contextvars(request_id=request_id, **more)


def name_this_run(command: str) -> None:
    """A run of a command counts as a request. Its arguments are told to nobody."""
    name(new(), command=command if command.isidentifier() else "?")
