"""What the shop works out from other rows and keeps beside them, and the proof that it is right.

Each app that keeps such sums has a module `audits` with a list CHECKS. `manage.py audit` runs them
all; triggers and locks keep the sums, and this is how an operator knows that they did. What is
derived alone can be worked out anew: see bookstore/repairing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Model

from .modules import modules_named


class UnknownCheck(Exception):
    """There is no check of that name; str() is for the operator."""

    def __init__(self, name: str) -> None:
        known = "".join(f"\n  {check.slug:<15} {check.name}" for check in checks())
        super().__init__(f"There is no check “{name}”. There are:{known}")


class Finding(NamedTuple):
    """Something that is not so: the key of the row, and a sentence."""

    key: int
    words: str


@dataclass(frozen=True)
class Check:
    """One thing that must be so of every row of a table.

    `differing` is a query for what is not so, the key first, in a total order; `says` makes a
    sentence of each of its rows. What is only under way, in a shop that works, is no finding.
    `repair`, for what is derived alone, is a statement that works out anew what the rows with
    %(keys)s say, where it differs, and returns the keys of those it changed. They are locked before.
    """

    slug: str
    name: str
    of: type[Model]
    differing: str
    says: str
    repair: str = ""

    @property
    def can_be_repaired(self) -> bool:
        return bool(self.repair)

    def looked_at(self) -> int:
        return self.of._default_manager.count()

    def findings(self) -> Iterator[Finding]:
        """What is wrong, one after another, so that memory stays bounded. Must run inside `atomic`."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self.differing)
            for row in cursor:
                yield Finding(row[0], self.says.format(*row))


def checks() -> list[Check]:
    """The checks of every app, in the order of apps."""
    return [check for module in modules_named("audits") for check in module.CHECKS]


def chosen(names: Iterable[str]) -> list[Check]:
    """The checks with these names or slugs, all if none is named. Raises UnknownCheck."""
    every = checks()
    wanted = [_named(name, every) for name in names]
    return [check for check in every if not wanted or check in wanted]


def _named(name: str, every: list[Check]) -> Check:
    for check in every:
        if name.strip().lower() in (check.slug, check.name.lower()):
            return check
    raise UnknownCheck(name)


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read within is as it was at one moment, however busy the shop is.

    Nothing can be written. Nobody waits for it, and it waits for nobody.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
