"""The way to a page from the front of the shop: what people see above it, and machines read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from .models import Genre
from .rooms import Room


class Step(NamedTuple):
    """A page on the way. The last one is the page itself, and needs no address."""

    name: str
    url: str = ""


def trail(*steps: Step) -> list[Step]:
    """The way over `steps`, from the home page on."""
    return [Step(_("Home"), reverse("catalog:home")), *steps]


def to_book(title: str, way: Iterable[Room]) -> list[Step]:
    return trail(*(Step(room.name, room.url) for room in way), Step(title))


def to_genres() -> list[Step]:
    return trail(Step(_("All subjects")))


def to_genre(genre: Genre) -> list[Step]:
    above = [Step(genre.parent.name, genre.parent.get_absolute_url())] if genre.parent else []
    return trail(Step(_("All subjects"), reverse("catalog:genre_list")), *above, Step(genre.name))
