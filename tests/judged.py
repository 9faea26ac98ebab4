"""Machines of histories that are judged only when there is something new to judge."""

import re
from typing import Any

from django.db import connection
from hypothesis.stateful import RuleBasedStateMachine

_LOCKS = re.compile(r"FOR (NO KEY )?UPDATE")
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|COPY)\b")


class JudgedWhenChanged(RuleBasedStateMachine):
    """Its invariants are tried after each step that wrote to the database or changed `reference`.

    Most steps of a random history are refused, and what held before them holds after them. What a
    reference, a model of the shop that knows nothing of it, has to say is its repr().
    """

    reference: object = None

    def __init__(self) -> None:
        super().__init__()
        self._is_written = True
        self._judged = ""
        self._watching = connection.execute_wrapper(self._watch)
        self._watching.__enter__()

    def teardown(self) -> None:
        self._watching.__exit__(None, None, None)

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        now = repr(self.reference)
        if self._is_written or now != self._judged:
            super().check_invariants(*args, **kwargs)
        self._is_written, self._judged = False, now

    def _watch(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self._is_written = self._is_written or bool(_WRITES.search(_LOCKS.sub("", str(sql))))
        return execute(sql, params, many, context)
