"""Statements that the server plans once for each connection, and not each time they are sent.

For the few that are sent so often that planning them costs more than doing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from .base import DatabaseWrapper


def rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The answer to a statement. Values are sent beside it, so their types may need a cast (%s::int)."""
    with cast(DatabaseWrapper, connection).prepared_cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def row_of[M: Model](model: type[M], pk: int) -> M | None:
    """The whole row with this key, or None."""
    found = rows(_whole_row(model), [pk])
    return model.from_db(DEFAULT_DB_ALIAS, _columns(model), found[0]) if found else None


def instance[M: Model](model: type[M], names: tuple[str, ...], values: Sequence[Any]) -> M:
    """A row of `model` of which only these columns have been read, as the ORM would make it."""
    known, places = _in_order(model, names)
    return model.from_db(DEFAULT_DB_ALIAS, known, [values[place] for place in places])


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _whole_row(model: type[Model]) -> str:
    meta = model._meta
    columns = ", ".join(f'"{field.column}"' for field in meta.concrete_fields)
    return f'SELECT {columns} FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s::bigint'


@cache
def _in_order(model: type[Model], names: tuple[str, ...]) -> tuple[list[str], list[int]]:
    """The names as the model has them, which is how it is given values, and where each stands."""
    known = [field.attname for field in model._meta.concrete_fields if field.attname in names]
    return known, [names.index(name) for name in known]
