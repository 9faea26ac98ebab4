"""One checkout as PostgreSQL sees it, and the same as a script for pgbench."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from .counters import Statement, recorded

BEGIN_OR_COMMIT = ("BEGIN", "COMMIT")
# A key of so many digits is no quantity, and no part of another number.
UNMISTAKABLE = 9
# The statement whose answer names the keys of new rows, which pgbench keeps for those after it.
_NAMES_KEYS = re.compile(r"SELECT [^)]* AS order_id, [^)]* AS payment_id FROM")


class NotRepeatable(Exception):
    """A statement that belongs to the recorded checkout alone; str() says what it names."""


@dataclass(frozen=True)
class Names:
    """What differs from one checkout to the next, and what pgbench has in its place.

    Keys of rows are numbers, long enough that nothing else in a statement is the same. Texts may
    stand inside of longer ones.
    """

    keys: Mapping[int, str]
    texts: Mapping[str, str]


def statements_of(visit: Callable[[], object]) -> list[Statement]:
    """All that `visit` sends to the database, with the beginnings and ends of transactions."""
    with CaptureQueriesContext(connection) as log, recorded() as sent:
        visit()
    rest = iter(sent)
    return [
        Statement(query["sql"], None) if query["sql"] in BEGIN_OR_COMMIT else next(rest)
        for query in log.captured_queries
    ]


def script(statements: Iterable[Statement], names: Names) -> str:
    """The statements for pgbench. NotRepeatable if one names what it may not."""
    lines = [_line(statement, names) for statement in statements]
    for known in (*map(str, names.keys), *names.texts):
        if len(known) >= UNMISTAKABLE and (found := [line for line in lines if known in line]):
            raise NotRepeatable(f"{known} in {found[0]}")
    return "\n".join(lines)


def _line(statement: Statement, names: Names) -> str:
    text = statement.sql
    if statement.params:
        text %= tuple(_value(param, names) for param in statement.params)
    return f"{text} \\gset" if _NAMES_KEYS.search(text) else f"{text};"


def _value(param: Any, names: Names) -> str:
    """A value as it stands in a statement of pgbench."""
    if isinstance(param, (list, tuple)):
        return f"ARRAY[{', '.join(_value(each, names) for each in param)}]"
    if isinstance(param, int) and param in names.keys:
        return names.keys[param]
    if isinstance(param, uuid.UUID):
        return f"{_text(str(param), names)}::uuid"
    if isinstance(param, str):
        return _text(param, names)
    return sql.Literal(param).as_string(connection.connection)


def _text(text: str, names: Names) -> str:
    pieces = list(_pieces(text, names.texts))
    return pieces[0] if len(pieces) == 1 else f"concat({', '.join(pieces)})"


def _pieces(text: str, known: Mapping[str, str]) -> Iterator[str]:
    parts = re.split(f"({'|'.join(map(re.escape, known))})", text) if known else [text]
    for part in parts:
        if part in known:
            yield known[part]
        elif part or len(parts) == 1:
            yield _quoted(part)


def _quoted(text: str) -> str:
    """A text without colons: to pgbench they begin the name of a variable."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{escaped}'" if "\\" in escaped else f"'{escaped}'"
