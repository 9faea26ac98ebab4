"""One record of any release: where in it what stands, and what is found wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.feeds.rows import LONGEST_SHOWN, Problem
from catalog.feeds.values import BadValue

from .territories import is_for
from .tree import Composite

# Fields of a BookRow by their names.
type Values = dict[str, Any]


@dataclass(frozen=True)
class Habits:
    """What holds for all records of a file unless one says otherwise."""

    today: date
    # The shop's own.
    country: str
    currency: str
    # What the file's header says of prices and texts that say nothing themselves.
    default_currency: str = ""
    default_language: str = ""

    @classmethod
    def of(cls, today: date, header: Composite) -> Self:
        return cls(
            today,
            settings.SHOP["country"],
            settings.SHOP["currency"],
            header.text("DefaultCurrencyCode"),
            header.text("DefaultLanguageOfText"),
        )


@dataclass
class Product:
    """A record while it is read. In release 2.1 its blocks are all the product itself."""

    line: int
    root: Composite
    habits: Habits
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reference = self.root.text("RecordReference")[:LONGEST_SHOWN]
        parts = self.root.parts
        self.is_old = not parts.keys() & {"DescriptiveDetail", "PublishingDetail", "ProductSupply"}
        self.descriptive = self._block("DescriptiveDetail")
        self.publishing = self._block("PublishingDetail")
        self.collateral = self._block("CollateralDetail")
        self.markets = self._markets()
        self.supplies = [supply for market in self.markets for supply in market.all("SupplyDetail")]

    def _block(self, name: str) -> Composite:
        return self.root if self.is_old else self.root.first(name)

    def _markets(self) -> list[Composite]:
        """What is said of the shop's own market, or of all; of others only if there is nothing else."""
        if self.is_old:
            return [self.root]
        all_ = self.root.all("ProductSupply")
        return [one for one in all_ if self._is_ours(one)] or all_

    def note(self, field: str, value: str, reason: str, *, row_is_skipped: bool = False) -> None:
        shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
        self.problems.append(
            Problem(self.line, field, shown, reason, row_is_skipped, record=self.reference)
        )

    def skip(self, field: str, value: str, reason: str) -> None:
        self.note(field, value, reason, row_is_skipped=True)

    def read[T](self, field: str, text: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of a text; nothing of an empty one, or of one that is noted as bad."""
        if not text:
            return None
        try:
            return read(text)
        except BadValue as error:
            self.note(field, text, str(error))
            return None

    def fits(self, field: str, text: str, longest: int) -> str:
        """`text` if it is no longer than that, else nothing."""
        if len(text) <= longest:
            return text
        self.note(field, text, _("Longer than %(longest)d characters.") % {"longest": longest})
        return ""

    def _is_ours(self, supply: Composite) -> bool:
        markets = supply.all("Market")
        country = self.habits.country
        return not markets or any(is_for(country, one.first("Territory")) for one in markets)
