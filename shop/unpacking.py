"""What the page shows on which a delivery is unpacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from waitlist.expected import copies_to_come

from .goods_in_forms import NewBookForm
from .models import GoodsIn, GoodsInLine

# Of a long delivery, its page shows what was counted last; the rest stands behind a link.
LINES_SHOWN = 50
CLOSED_SHOWN = 20


@dataclass(frozen=True)
class UnpackedLine:
    """A line as staff see it, with how many copies suppliers have promised, or its form."""

    line: GoodsInLine
    expected: int = 0
    form: forms.Form | None = None

    @property
    def is_more_than_expected(self) -> bool:
        return 0 < self.expected < self.line.copies


@dataclass(frozen=True)
class WhatsIn:
    """A delivery so far: what was counted last, all that is known, and what is not."""

    last: UnpackedLine | None
    lines: Sequence[UnpackedLine]
    unknown: Sequence[UnpackedLine]
    set_aside: Sequence[GoodsInLine]
    titles: int
    copies: int

    @property
    def left_out(self) -> int:
        """How many lines are not shown."""
        return self.titles - len(self.lines)

    @property
    def is_empty(self) -> bool:
        return not (self.titles or self.unknown or self.set_aside)


def whats_in(
    delivery: GoodsIn, asked: Mapping[str, Any], filled_in: Mapping[int, forms.Form]
) -> WhatsIn:
    """What `asked` names of a delivery, the line counted last and whether all are wanted; and forms
    of unknown books that were sent, by line. As many queries for many lines as for one.
    """
    known = delivery.lines.to_post()
    shown = list(known if "all" in asked else known[:LINES_SHOWN])
    aside = list(delivery.lines.set_aside())
    unknown = list(delivery.lines.unknown())
    expected = copies_to_come(line.book_id for line in shown if line.book_id is not None)
    lines = [UnpackedLine(line, expected.get(line.book_id or 0, 0)) for line in shown]
    new = [UnpackedLine(line, form=_form_of(line, filled_in)) for line in unknown]
    by_id = {str(each.line.pk): each for each in [*lines, *new, *map(UnpackedLine, aside)]}
    last = by_id.get(asked.get("line", ""))
    return WhatsIn(last, lines, new, aside, **known.totals())


def _form_of(line: GoodsInLine, filled_in: Mapping[int, forms.Form]) -> forms.Form:
    return filled_in.get(line.pk) or NewBookForm(auto_id=f"book-{line.pk}-%s")
