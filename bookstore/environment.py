"""Where settings come from: the environment, which wins, and `.env` beside the project."""

import sys
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.smart_cast = False
environ.Env.read_env(BASE_DIR / ".env")


def secret(name: str) -> str:
    """What `name` is set to, or else what stands in the file that `name`_FILE names; empty if neither is.

    Raises ImproperlyConfigured for a file that cannot be read or holds nothing.
    """
    value = env.str(name, default="").strip()
    path = env.str(f"{name}_FILE", default="").strip()
    if value or not path:
        return value
    try:
        value = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ImproperlyConfigured(f"{name}_FILE is {path}, which cannot be read: {why}.") from None
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE is {path}, which is empty.")
    return value


def is_command() -> bool:
    """Whether this process was started as `manage.py …`: a command or a worker, nothing that serves."""
    return Path(sys.argv[0]).name == "manage.py"


def required(name: str, what: str) -> str:
    """The value of an environment variable that has no safe default.

    Raises ImproperlyConfigured with what to do when it is missing or empty.
    """
    value = secret(name)
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: {what}. Set it in the environment or in .env "
            "(.env.example lists every setting; `make` writes a .env for this machine)."
        )
    return value


def database(name: str, url: str) -> dict[str, Any]:
    """What Django needs to know of the PostgreSQL at an address.

    Raises ImproperlyConfigured for anything that is no address of one.
    """
    config: dict[str, Any] = {}
    if url.startswith(("postgres:", "postgresql:", "pgsql:")):
        # A port that is no number.
        with suppress(ValueError):
            config = env.db_url_config(url)
    if not config.get("NAME"):
        raise ImproperlyConfigured(
            f"{name} is no address of a PostgreSQL such as postgres://user:password@host:5432/name."
        )
    return config


def folder(name: str, default: Path) -> Path:
    """A folder that the shop fills and empties; an empty setting means the default.

    Raises ImproperlyConfigured for one that holds the project, which would be served or wiped.
    """
    path = Path(env.str(name, default="") or default).resolve()
    if BASE_DIR.is_relative_to(path):
        raise ImproperlyConfigured(f"{name} is {path}, which holds the project itself.")
    return path


def day(name: str) -> date | None:
    """A day, written 2026-11-27; nothing where the setting is empty.

    Raises ImproperlyConfigured for anything that is no day.
    """
    text = env.str(name, default="").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {text}, which is no day such as 2026-11-27."
        ) from None


def sum_of_money(name: str, default: str) -> Decimal:
    """A sum in the shop's currency, with no more than two decimals; an empty setting means the default.

    Raises ImproperlyConfigured for anything that is no sum, or less than nothing.
    """
    text = env.str(name, default="").strip() or default
    try:
        value = Decimal(text)
        if value >= 0 and value == round(value, 2):
            return value
    except InvalidOperation:
        pass
    raise ImproperlyConfigured(f"{name} is {text}, which is no sum of money such as 100 or 49.50.")
