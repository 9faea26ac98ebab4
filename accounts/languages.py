"""The language that somebody is written to in."""

from typing import Protocol

from django.conf import settings
from django.utils.translation import get_language

from bookstore.languages import is_spoken

from .models import User


class Reader(Protocol):
    """An account, an order, or whatever else says in which language its mails are."""

    language: str


def known(code: str | None) -> str:
    """`code` if the shop speaks that language (settings.LANGUAGES), else ""."""
    return code if code and is_spoken(code) else ""


def language_now() -> str:
    """The language of the page that somebody looks at, if the shop speaks it, else ""."""
    return known(get_language())


def language_of(reader: Reader | None) -> str:
    """What a mail to them is written in: the language that they chose, else the shop's own.

    The second also where the shop has given up speaking the first.
    """
    return known(reader.language if reader else "") or settings.LANGUAGE_CODE


def remember_language(user: User, code: str) -> None:
    """Keep the language that a member has just chosen, for mails that no page causes.

    Raises ValueError, and changes nothing, for one that the shop does not speak.
    """
    if not is_spoken(code):
        raise ValueError(f"the shop does not speak {code!r}")
    user.language = code
    user.save(update_fields=["language"])
