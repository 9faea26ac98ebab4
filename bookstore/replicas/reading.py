"""From which database the catalogue is read: a replica while a page is drawn from one, else the primary.

A page is drawn from one database alone, so that no part of it is older than what it was kept by
(bookstore/caching.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

# Apps whose rows catalogue pages show. Baskets, waiting lists, sessions and people are the reader's
# own, who would miss what they have just changed.
READ_FROM_REPLICAS = frozenset({"catalog", "reviews"})

_replica: ContextVar[str | None] = ContextVar("replica", default=None)


@contextmanager
def read_from(alias: str) -> Iterator[None]:
    """Read the catalogue from this replica within the block, and in no transaction inside it."""
    token = _replica.set(alias)
    try:
        yield
    finally:
        _replica.reset(token)


def source() -> str:
    """The alias of the database that the catalogue is read from at this moment."""
    alias = _replica.get()
    # Who holds a transaction open may have written, or may be about to.
    return DEFAULT_DB_ALIAS if alias is None or connection.in_atomic_block else alias


def catalogue_connection() -> BaseDatabaseWrapper:
    """The connection for SQL of our own that reads the catalogue. What writes takes Django's own."""
    return connections[source()]


class CatalogueRouter:
    """Names a database for each query, so that no row that came from a replica is written to it."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return source() if model._meta.app_label in READ_FROM_REPLICAS else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """They are the same rows in every database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS
