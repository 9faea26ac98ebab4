"""What nobody may try as often as a machine would."""

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _


class TooManyTries(Exception):
    """str() is for whoever tried."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("That was tried often just now. Please wait a minute and try again."))


def refuse_many(request: HttpRequest, action: str) -> None:
    """Count one try of `action` (ACCOUNT_RATE_LIMITS says how many are fine). Raises TooManyTries."""
    if not ratelimit.consume(request, action=action):
        raise TooManyTries
