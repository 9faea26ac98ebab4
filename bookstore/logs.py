import logging
import re
from typing import Any

# What follows is a key: to an account, to a mailbox, to an order, to a place on a waiting list, to a
# list of wishes.
KEYS = re.compile(
    r"(/accounts/password/reset/key/|/accounts/confirm-email/|/orders/open/|/prebooks/place/"
    r"|/wishlist/shared/)"
    r"[^/\s?\"']+"
)


def without_keys(text: str) -> str:
    return KEYS.sub(r"\1…", text)


class KeylessFormatter(logging.Formatter):
    """Leaves the keys out of the addresses that a line of the log, or its traceback, names."""

    def format(self, record: logging.LogRecord) -> str:
        return without_keys(super().format(record))


def configuration(*, level: str) -> dict[str, Any]:
    """What settings.LOGGING holds: all of it goes to the console."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": KeylessFormatter,
                "format": "{asctime} {levelname} {name}: {message}",
                "style": "{",
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "bookstore": {"level": level},
            # A page that is not there is no event for the operator.
            "django.request": {"level": "ERROR"},
        },
    }
