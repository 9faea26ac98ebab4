"""Django's PostgreSQL backend, with a cheaper look at whether a connection still stands.

CONN_HEALTH_CHECKS asks the server with each request, which takes a twentieth of a list's time. But a
server that ends a connection says so: something has come in then that nobody asked for.
"""

import select
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import Error
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

from bookstore.metrics import count_database_error

# Seconds for which silence is enough. A connection that a firewall has dropped stays silent too.
TRUSTED = 30
# Whoever waits for a machine that swallows everything waits no longer than this.
SECONDS_TO_CONNECT = 5


class DatabaseWrapper(base.DatabaseWrapper):
    _asked_at = float("-inf")
    # How many this connection was asked to run: the log tells it of each request.
    statements = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._count)

    def _count(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.statements += 1
        try:
            return execute(*statement)
        except Error as error:
            count_database_error(error)
            raise

    def get_connection_params(self) -> dict[str, Any]:
        given = {"connect_timeout": SECONDS_TO_CONNECT, **super().get_connection_params()}
        # Counts for prepared_cursor() alone: Django's own cursors never prepare a statement.
        return given | {"prepare_threshold": 0}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """With `patience` in OPTIONS, so many seconds without an answer are an OperationalError."""
        patience = conn_params.pop("patience", None)
        connection = super().get_new_connection(conn_params)
        if patience is not None:
            # Neither a stopped server nor a network that is gone ends a connection.
            connection.wait = partial(connection.wait, timeout=patience)
        return connection

    def prepared_cursor(self) -> CursorWrapper:
        """A cursor whose statements are planned at their first time on this connection."""
        self.ensure_connection()
        return self._prepare_cursor(  # type: ignore[attr-defined]
            base.ServerBindingCursor(self.connection)  # type: ignore[call-arg]
        )

    def is_usable(self) -> bool:
        """Whether the server would answer; it is asked only if there is a reason to."""
        if self.connection is None or self.connection.closed:
            return False
        now = time.monotonic()
        is_trusted = not self.errors_occurred and now - self._asked_at < TRUSTED
        if is_trusted and not _has_news(self.connection.fileno()):
            return True
        self._asked_at = now
        return super().is_usable()


def _has_news(descriptor: int) -> bool:
    poll = select.poll()
    # An end of the connection is told in any case.
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
