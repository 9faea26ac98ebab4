"""What stands on the front page of the admin: panels of all apps, each for whoever may see it.

Each app that has some lists them in `staff_panels.PANELS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from .modules import modules_named


@dataclass(frozen=True)
class Figure:
    """A number with the list that it counts, and what there was before for comparison."""

    label: Any
    text: str
    url: str = ""
    before: str = ""
    before_url: str = ""
    difference: str = ""


@dataclass(frozen=True)
class Cell:
    """One field of a table: the value for its CSV, the text for the page, the list it comes from.

    That list is linked for those alone who have `permission`, if one is named.
    """

    value: str | int | Decimal
    text: str = ""
    url: str = ""
    permission: str = ""

    @property
    def shown(self) -> str:
        return self.text or str(self.value)


@dataclass(frozen=True)
class Column:
    """`name` is the heading in the CSV, which is the same in all languages."""

    name: str
    title: Any
    is_number: bool = False


@dataclass(frozen=True)
class Bar:
    """The bar at `x` of a chart that is as wide as it has bars, and its height in per cent."""

    x: int
    height: int

    @property
    def y(self) -> int:
        return 100 - self.height


@dataclass(frozen=True)
class Chart:
    """A row of bars, which its title and its words tell to those who do not see them."""

    title: str
    words: str
    bars: Sequence[Bar]
    first: str
    last: str


@dataclass(frozen=True)
class Content:
    """What a panel shows. `words` say what is counted; `nothing` stands in place of an empty table."""

    words: Any = ""
    figures: Sequence[Figure] = ()
    chart: Chart | None = None
    columns: Sequence[Column] = ()
    rows: Iterable[Sequence[Cell]] = ()
    nothing: Any = ""
    # The whole list, and what its link says.
    url: str = ""
    url_words: Any = ""


class Choices(forms.Form):
    """What somebody may choose about a panel, in the address. Every field has an initial value."""

    def __init__(self, given: Any) -> None:
        there = {name: given[name] for name in self.base_fields if name in given}
        known = {name: field.initial for name, field in self.base_fields.items()}
        super().__init__({**known, **there}, auto_id="choose_%s")

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, and the initial value in place of what cannot be."""
        wrong = self.errors
        return {
            name: field.initial if name in wrong else self.cleaned_data[name]
            for name, field in self.fields.items()
        }


@dataclass(frozen=True)
class Panel:
    """Shown to whoever has `permission`, in the order of `place`.

    `content` is told the time, what was chosen, and whether all rows are wanted, as in the CSV.
    """

    name: str
    title: Any
    permission: str
    content: Callable[..., Content]
    place: int
    choices: type[Choices] = Choices
    has_table: bool = True
    is_wide: bool = False
    # The table is behind a line that opens it: the chart above shows the same.
    is_folded: bool = False

    def read(self, *, now: datetime, chosen: dict[str, Any], is_whole: bool) -> Content:
        return self.content(now=now, is_whole=is_whole, **chosen)


def panels() -> list[Panel]:
    """Those of every app."""
    found = [panel for module in modules_named("staff_panels") for panel in module.PANELS]
    return sorted(found, key=lambda panel: panel.place)
