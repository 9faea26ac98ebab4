"""What the shop's processes say of themselves: lines that name nobody.

Everything goes to the console, from all libraries in one shape. A line holds no email address, no key
of a link, and of a failure neither the values of variables nor what the database quotes of a row.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import Error
from structlog.contextvars import merge_contextvars
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name

from .routes import route_of

# What follows is a key: to an account, to a mailbox, to an order, to a place on a waiting list, to
# a list of wishes, to mails that somebody asked for.
KEYS = re.compile(
    r"(/accounts/password/reset/key/|/accounts/confirm-email/|/orders/open/|/prebooks/place/"
    r"|/wishlist/shared/|/queue/alerts/stop/|/wishlist/notices/stop/)"
    r"[^/\s?\"']+"
)
MAILBOX = re.compile(r"[^\s@<>()\[\]{}'\",;:=/\\]+@[^\s@<>()\[\]{}'\",;:=/\\]+")
LEFT_OUT = "(what it quotes is left out)"
# PostgreSQL quotes the row that it refuses, and the statement with the values in it. Words that came
# without their failure tell it by English alone.
QUOTED_ROWS = re.compile(
    r"^(?:DETAIL|LINE \d+|QUERY|CONTEXT): .*?(?=^The above exception|^During handling|\Z)",
    re.MULTILINE | re.DOTALL,
)
# gunicorn goes on with the visitor's network address, and with what they asked for.
VISITOR = re.compile(r"^(Invalid request|Error handling request)\b.*", re.DOTALL)
# What stands before each line of a failure in a group.
_BEFORE = " |"
SHAPES: tuple[str, ...] = ("json", "console")

type Event = Any

_encode = json.JSONEncoder(ensure_ascii=False).encode
# To ask for what no line tells takes a quarter of the time of a line.
logging.logThreads = logging.logProcesses = False
logging.logMultiprocessing = False


def without_keys(text: str) -> str:
    return KEYS.sub(r"\1…", text)


def nameless(text: str) -> str:
    """The text without keys, email addresses and rows of the database."""
    text = without_keys(QUOTED_ROWS.sub(f"{LEFT_OUT}\n", text))
    return MAILBOX.sub("…", text) if "@" in text else text


class LineFormatter(ProcessorFormatter):
    """Makes a line of JSON, for servers, or one for people at a terminal.

    What a line holds beside its words is given with it: `log.info("…", extra={"facts": {…}})`.
    """

    def __init__(self, *, shape: str) -> None:
        self.is_json = shape == "json"
        end = JSONRenderer(ensure_ascii=False) if self.is_json else _for_people()
        super().__init__(
            foreign_pre_chain=[
                merge_contextvars,
                add_log_level,
                add_logger_name,
                _when_and_what,
                _route_for_address,
                _told_without_names,
            ],
            processors=[self.remove_processors_meta, end],
        )

    def format(self, record: logging.LogRecord) -> str:
        if self.is_json and getattr(record, "is_of_request", False):
            return _short_way(record)
        return super().format(record)


def line_of_request(logger: str, level: int, facts: dict[str, Any]) -> logging.LogRecord:
    """What log.log() would make, without a look for who calls it."""
    told = {"name": logger, "levelno": level, "levelname": logging.getLevelName(level)}
    return logging.makeLogRecord(told | {"msg": "request", "is_of_request": True, "facts": facts})


def _short_way(record: logging.LogRecord) -> str:
    """The same in a third of the time: there is one for each request, and nothing to leave out."""
    return _encode(
        {
            "event": record.msg,
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": _time_of(record),
            **record.facts,  # type: ignore[attr-defined]
        }
    )


def _for_people() -> ConsoleRenderer:
    return ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain_traceback)


def _time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _when_and_what(_logger: Any, _level: str, event: Event) -> Event:
    record = event["_record"]
    event["timestamp"] = _time_of(record)
    event.update(getattr(record, "facts", {}))
    return event


def _route_for_address(_logger: Any, _level: str, event: Event) -> Event:
    """Django's own lines name the address: many hold a number or a word that is somebody's."""
    request: Any = getattr(event["_record"], "request", None)
    if path := getattr(request, "path", ""):
        written = path.encode("unicode_escape").decode()
        event["event"] = event["event"].replace(written, route_of(request))
    return event


def _told_without_names(_logger: Any, _level: str, event: Event) -> Event:
    words = nameless(event["event"])
    event["event"] = VISITOR.sub(r"\1", words) if event["logger"] == "gunicorn.error" else words
    if failure := event.pop("exc_info", None):
        event["exception"] = nameless(_without_rows(failure[1])).rstrip()
    return event


def _without_rows(failure: BaseException | None) -> str:
    """The traceback. Of what the database says the first line alone, whatever its language."""
    quoted = {
        line.lstrip(_BEFORE)
        for error in _all_in(failure)
        if isinstance(error, Error | psycopg.Error)
        for line in str(error).splitlines()[1:]
    } - {""}
    told: list[str] = []
    for line in "".join(traceback.format_exception(failure)).splitlines():
        if line.lstrip(_BEFORE) not in quoted:
            told.append(line)
        elif told[-1:] != [LEFT_OUT]:
            told.append(LEFT_OUT)
    return "\n".join(told)


def _all_in(failure: BaseException | None) -> list[BaseException]:
    """A failure, what it came of, and what it is a group of."""
    found: dict[int, BaseException] = {}
    left = [failure]
    while left:
        error = left.pop()
        if error is not None and id(error) not in found:
            found[id(error)] = error
            left += [error.__cause__, error.__context__, *getattr(error, "exceptions", ())]
    return list(found.values())


class _Failures(logging.Filter):
    """That an answer was refused stands in our own line of it; why it broke, in Django's alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


def configuration(*, level: str, shape: str) -> dict[str, Any]:
    """What settings.LOGGING holds, and gunicorn_conf.py: all of it goes to the console."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"failures": {"()": _Failures}},
        "formatters": {"line": {"()": LineFormatter, "shape": shape}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "bookstore": {"level": level},
            # Without Django's own handlers, which would print some lines twice and mail others.
            "django": {"handlers": [], "level": "WARNING"},
            "django.request": {"filters": ["failures"], "level": "ERROR"},
            # Its level is gunicorn's own setting; its handler would have another shape.
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }
