"""Which rate of tax counts for what goes where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from bookstore.process_cache import remembered
from catalog.money import format_percent
from catalog.tax_classes import TaxClass

from .models import TaxRate

NO_TAX = Decimal("0.00")


@dataclass(frozen=True)
class TaxTable:
    """The rates of one destination on one day, in per cent of the price without tax."""

    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def rate_of(self, tax_class: str) -> Decimal:
        return self.rates.get(tax_class, NO_TAX)

    def delivery_rate(self, goods: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
        """The rate of delivery: its own if staff entered one, else it follows the goods.

        `goods` are rates and gross prices of lines: the rate with the largest sum counts, the
        higher one of two with equal sums.
        """
        if TaxClass.DELIVERY in self.rates:
            return self.rates[TaxClass.DELIVERY]
        sums: dict[Decimal, Decimal] = defaultdict(Decimal)
        for rate, gross in goods:
            sums[rate] += gross
        return max(sums, key=lambda rate: (sums[rate], rate), default=NO_TAX)


def tax_table(country: str, on: date) -> TaxTable:
    """The rates in force on a day for what goes to `country`, which each process remembers a minute."""
    return remembered("taxes", f"{country} {on}", lambda: _tax_table(country, on))


def _tax_table(country: str, on: date) -> TaxTable:
    """Read in one query.

    A class without a rate there has that of the shop's own country, and none at all is 0. Only
    delivery does not take the home rate once the destination has rates of its own: it follows the
    goods.
    """
    home = settings.SHOP["country"]
    by_country: dict[str, dict[str, Decimal]] = {country: {}, home: {}}
    # The newest comes last and stays.
    for row in TaxRate.objects.filter(country__in=by_country, valid_from__lte=on).order_by(
        "valid_from", "pk"
    ):
        by_country[row.country.code][row.tax_class] = row.rate
    own, at_home = by_country[country], dict(by_country[home])
    if own:
        at_home.pop(TaxClass.DELIVERY, None)
    return TaxTable(at_home | own)


def words_at_home(tax_class: str, today: date) -> str:
    """What tax a price contains for somebody in the shop's own country, remembered for a minute."""
    table = tax_table(settings.SHOP["country"], today)
    if rate := table.rate_of(tax_class):
        return _("Includes %(rate)s VAT.") % {"rate": format_percent(rate)}
    return _("Books carry no VAT.") if tax_class == TaxClass.BOOK else _("It carries no VAT.")
