"""What a page asks of the database, in numbers that do not depend on the machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|SAVEPOINT|SET|LOCK|EXPLAIN)\b", re.IGNORECASE)

type Params = Any
type Plan = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent."""

    sql: str
    params: Params

    @property
    def only_reads(self) -> bool:
        return not _WRITES.search(self.sql)


@dataclass(frozen=True)
class Counters:
    """How many statements a page sends, and what they touch: pages of 8 kB, and rows."""

    statements: int
    buffers: int
    rows: int


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that are sent inside the block."""
    sent: list[Statement] = []

    def record(
        execute: Callable[..., Any], sql: str, params: Params, many: bool, context: Mapping
    ) -> Any:
        sent.append(Statement(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield sent


def counters_of(visit: Callable[[], object]) -> Counters:
    """The counters of everything that `visit` asks the database.

    Each statement is run once more, to be explained; those that write are counted, but not run.
    In a test: `counters_of(lambda: client.get("/books/"))`.
    """
    with recorded() as sent:
        visit()
    plans = [plan_of(statement) for statement in sent if statement.only_reads]
    return Counters(
        statements=len(sent),
        buffers=sum(_buffers(plan) for plan in plans),
        rows=sum(_rows_read(plan) for plan in plans),
    )


def plan_of(statement: Statement) -> Plan:
    """How PostgreSQL carries out a statement, with what that took."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}", statement.params)
        (answer,) = cursor.fetchone()
    whole = json.loads(answer) if isinstance(answer, str) else answer
    plan: Plan = whole[0]["Plan"]
    return plan


def nodes_of(plan: Plan) -> Iterator[Plan]:
    """The plan itself and all below it: for a test that no node sorts or reads a whole table."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def _buffers(plan: Plan) -> int:
    # Those of the nodes below are in it already.
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _rows_read(plan: Plan) -> int:
    return sum(_rows_of(node) for node in nodes_of(plan) if "Relation Name" in node)


def _rows_of(node: Plan) -> int:
    """Rows that a scan of a table looked at, whether or not they were wanted."""
    left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round((node["Actual Rows"] + left_out) * node["Actual Loops"])
