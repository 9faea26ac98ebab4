"""The language that somebody reads the shop in."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

from .addresses import site_of
from .next_page import next_page, page_of_ours


class Language(NamedTuple):
    """A language by its own name. `code` is that of settings.LANGUAGES."""

    code: str
    name: str
    is_shown: bool


def choices() -> list[Language]:
    """What readers may choose from; nothing in a shop of one language."""
    shown = get_language()
    all_of_them = [Language(code, str(name), code == shown) for code, name in settings.LANGUAGES]
    return all_of_them if len(all_of_them) > 1 else []


def is_spoken(code: str) -> bool:
    return code in dict(settings.LANGUAGES)


def page_before(request: HttpRequest) -> str:
    """The page of ours to go back to: what the form names as `next`, else where the reader came from.

    "" if there is none, also where the browser keeps it to itself.
    """
    return next_page(request) or _came_from(request)


def _came_from(request: HttpRequest) -> str:
    site, referer = site_of(request), request.META.get("HTTP_REFERER", "")
    page = page_of_ours(referer.removeprefix(site)) if referer.startswith(f"{site}/") else ""
    # Whoever comes from the choice itself was told there that it cannot be.
    return "" if page.startswith(request.path) else page


def set_cookie(response: HttpResponseBase, code: str) -> None:
    """Have the browser ask for the language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )
