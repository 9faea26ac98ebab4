"""What the shop works out from other rows and keeps beside them, and the proof that it is right.

Each app that keeps such sums has a module `audits` with a list CHECKS. `manage.py audit` runs them
all; triggers and locks keep the sums, and this is how an operator knows that they did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Model

from .modules import modules_named


@dataclass(frozen=True)
class Check:
    """One thing that must be so of every row of a table.

    `differing` is a query for what is not so, best with the key first, in a total order; `says`
    makes a sentence of each of its rows.
    """

    name: str
    of: type[Model]
    differing: str
    says: str

    def looked_at(self) -> int:
        return self.of._default_manager.count()

    def findings(self) -> Iterator[str]:
        """What is wrong, one after another, so that memory stays bounded. Must run inside `atomic`."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self.differing)
            for row in cursor:
                yield self.says.format(*row)


def checks() -> list[Check]:
    """The checks of every app, in the order of apps."""
    return [check for module in modules_named("audits") for check in module.CHECKS]


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read within is as it was at one moment, however busy the shop is.

    Nothing can be written. Nobody waits for it, and it waits for nobody.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
