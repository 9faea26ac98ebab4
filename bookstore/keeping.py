"""What keeps rows from being deleted, in words.

Each app that has such rows lists them in `ties.TIES`. Foreign keys of the database are what makes it
impossible to delete what others name; this is how staff learn of it before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from .modules import modules_named


@dataclass(frozen=True)
class Tie:
    """Rows that name a row of `to` and must go on naming it.

    `rows` finds those of one key, at the cost of an index; `words` says how many there are.
    """

    to: type[Model]
    rows: Callable[[int], Any]
    words: Callable[[int], str]


def reasons_to_keep(row: Model) -> list[str]:
    """Why a row cannot be deleted; empty if it can. In the order of apps."""
    ties = [tie for module in modules_named("ties") for tie in module.TIES if tie.to is type(row)]
    counted = [(tie, tie.rows(row.pk).count()) for tie in ties]
    return [tie.words(number) for tie, number in counted if number]
