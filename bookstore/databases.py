"""The database of the shop, as the settings have it. Its replicas are in bookstore/replicas."""

from pathlib import Path
from typing import Any

from .environment import database, is_command, secret


def primary(url: str, *, folder: Path) -> dict[str, Any]:
    """What Django takes as the default of DATABASES.

    "embedded" is the PostgreSQL that comes as a Python package, in `folder` (bookstore/embedded);
    "embedded/name" is another database on the same server, once somebody has made it. A PgBouncer in
    transaction mode, DATABASE_POOL_URL, is for what serves pages: commands and workers go past it,
    since they hold locks and temporary tables for longer than a transaction, and the worker listens.
    Raises ImproperlyConfigured for what is no address of a PostgreSQL.
    """
    pool = secret("DATABASE_POOL_URL")
    config: dict[str, Any]
    if pool and not is_command():
        config = {**_at("DATABASE_POOL_URL", pool), "DISABLE_SERVER_SIDE_CURSORS": True}
    elif is_embedded(url):
        name = url.partition("/")[2] or "bookstore"
        config = {"ENGINE": "bookstore.embedded", "NAME": name, "OPTIONS": {"folder": folder}}
    else:
        config = _at("DATABASE_URL", url)
    if password := secret("DATABASE_PASSWORD"):
        config["PASSWORD"] = password
    # A new connection costs more than most pages (5 ms of PostgreSQL's time): each process keeps its own.
    return config | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def is_embedded(url: str) -> bool:
    return url.split("/")[0] == "embedded"


def _at(setting: str, url: str) -> dict[str, Any]:
    return {**database(setting, url), "ENGINE": "bookstore.postgresql"}
