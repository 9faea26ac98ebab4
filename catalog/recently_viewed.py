"""The books a visitor looked at last: in a signed cookie of theirs, and nowhere in the shop."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "recently_viewed"
SALT = "catalog.recently_viewed"
LIFETIME = timedelta(days=60)
MOST = 12


def read(request: HttpRequest) -> list[int]:
    """Ids of books, newest first. A cookie that is not ours, or too old, is as good as none."""
    value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LIFETIME)
    return [int(book_id) for book_id in value.split(".")] if value else []


def remember(response: HttpResponse, book_id: int, seen: list[int]) -> None:
    """Put the book before those that `read` found; nothing is sent while it is the newest anyway."""
    if seen[:1] == [book_id]:
        return
    newest = [book_id, *(other for other in seen if other != book_id)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        ".".join(map(str, newest)),
        salt=SALT,
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
