"""What somebody did for the books on their page."""

from __future__ import annotations

from typing import NamedTuple

from catalog.models import Book, Contributor
from catalog.money import format_count

from .address import ROLES, Choice


class Part(NamedTuple):
    """A role in words, how many books somebody has it in, and the list of those."""

    label: str
    books: str
    address: str
    is_shown: bool


def parts_played(person: Contributor, choice: Choice) -> list[Part]:
    """The roles that a person has, in one query; none if it is only one."""
    counted = Book.objects.on_sale().count_roles(person)
    if len(counted) < 2 and not choice.one("role"):
        return []
    return [
        Part(
            str(role.label),
            format_count(counted[role]),
            choice.but(role=name).address,
            is_shown=name == choice.one("role"),
        )
        for name, role in ROLES.items()
        if role in counted
    ]
