"""What an order costs: a pure sum over lines, delivery, a voucher and rates of tax.

Prices include tax. The tax is rounded line by line, so that every total is the sum of what stands
above it. Nothing here asks the database, as long as books and the steps of the delivery method
have been read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from catalog.money import format_money, format_percent, split, tax_within, to_cents

from .goods import Goods, Line, weight_of
from .models import DeliveryMethod, Order, Voucher
from .tax import NO_TAX, TaxTable

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class QuotedLine:
    """A line with its share of the discount; its tax is within what is left to pay."""

    line: Line
    unit_price: Decimal
    quantity: int
    gross: Decimal
    discount: Decimal
    tax_class: str
    tax_rate: Decimal
    tax: Decimal

    @property
    def to_pay(self) -> Decimal:
        return self.gross - self.discount


class TaxAtRate(NamedTuple):
    """What is paid at one rate, and the tax within it."""

    rate: Decimal
    gross: Decimal
    tax: Decimal

    @property
    def rate_text(self) -> str:
        return format_percent(self.rate)

    @property
    def gross_text(self) -> str:
        return format_money(self.gross)

    @property
    def tax_text(self) -> str:
        return format_money(self.tax)


@dataclass(frozen=True)
class Quote:
    """What an order costs, to the cent. Delivery is never discounted."""

    lines: list[QuotedLine]
    delivery_total: Decimal = NOTHING
    delivery_tax_rate: Decimal = NO_TAX
    delivery_tax: Decimal = NOTHING

    @cached_property
    def items_total(self) -> Decimal:
        return sum((line.gross for line in self.lines), NOTHING)

    @cached_property
    def discount_total(self) -> Decimal:
        return sum((line.discount for line in self.lines), NOTHING)

    @cached_property
    def tax_total(self) -> Decimal:
        return sum((line.tax for line in self.lines), self.delivery_tax)

    @cached_property
    def total(self) -> Decimal:
        return self.items_total - self.discount_total + self.delivery_total

    @cached_property
    def goods(self) -> Goods:
        """What any way of delivery would go by for these lines."""
        weight_g = weight_of(line.line for line in self.lines)
        return Goods(self.items_total - self.discount_total, weight_g)

    @cached_property
    def tax_by_rate(self) -> list[TaxAtRate]:
        """The sums of the invoice, from the lowest rate up; together they are the total."""
        return _by_rate([(line.tax_rate, line.to_pay, line.tax) for line in self.lines], self)


def tax_of(order: Order) -> list[TaxAtRate]:
    """The same sums of an order that was placed, as its lines have kept them."""
    return _by_rate([(item.tax_rate, item.total, item.tax) for item in order.items.all()], order)


def _by_rate(
    parts: list[tuple[Decimal, Decimal, Decimal]], delivered: Quote | Order
) -> list[TaxAtRate]:
    """Rates, prices and taxes of lines, and those of the delivery, added up."""
    if delivered.delivery_total:
        rate, price = delivered.delivery_tax_rate, delivered.delivery_total
        parts = [*parts, (rate, price, delivered.delivery_tax)]
    sums: dict[Decimal, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING])
    for rate, gross, tax in parts:
        sums[rate][0] += gross
        sums[rate][1] += tax
    return [TaxAtRate(rate, gross, tax) for rate, (gross, tax) in sorted(sums.items())]


def quote(
    lines: Sequence[Line],
    *,
    taxes: TaxTable,
    method: DeliveryMethod | None = None,
    voucher: Voucher | None = None,
    discountable: Collection[Line] = (),
) -> Quote:
    """What these lines cost, delivered by `method` and made cheaper by `voucher`.

    `discountable` are those of the lines that the voucher counts for (shop.vouchers). The lines
    must be of books that have a price; what has none cannot be bought. Without a method nothing is
    charged for delivery: the page names its price later.
    """
    discounts = _discounts(lines, voucher, discountable)
    books = Quote(
        [_quoted(line, discount, taxes) for line, discount in zip(lines, discounts, strict=True)]
    )
    return books if method is None else _delivered(books, method, taxes)


def _discounts(
    lines: Sequence[Line], voucher: Voucher | None, discountable: Collection[Line]
) -> list[Decimal]:
    """What each line is cheaper by, shared out by the prices of the lines that count."""
    weights = [_gross(line) if line in discountable else NOTHING for line in lines]
    discount = voucher.discount_on(sum(weights, NOTHING)) if voucher else NOTHING
    return split(discount, weights)


def _quoted(line: Line, discount: Decimal, taxes: TaxTable) -> QuotedLine:
    gross, rate = _gross(line), taxes.rate_of(line.book.tax_class)
    return QuotedLine(
        line=line,
        unit_price=_price(line),
        quantity=line.quantity,
        gross=gross,
        discount=discount,
        tax_class=line.book.tax_class,
        tax_rate=rate,
        tax=tax_within(gross - discount, rate),
    )


def _delivered(books: Quote, method: DeliveryMethod, taxes: TaxTable) -> Quote:
    price = to_cents(method.price_for(books.goods))
    # By prices before the discount: a voucher does not change which goods a parcel is mostly of.
    rate = taxes.delivery_rate((line.tax_rate, line.gross) for line in books.lines)
    return Quote(books.lines, price, rate, tax_within(price, rate))


def _gross(line: Line) -> Decimal:
    return to_cents(_price(line) * line.quantity)


def _price(line: Line) -> Decimal:
    assert line.book.price is not None
    return line.book.price
