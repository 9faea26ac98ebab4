"""Money: Decimal amounts in the shop's one currency."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel import numbers as babel
from django.conf import settings
from django.utils.translation import get_language, to_locale

# As wide as a plus, and read as what it is; a hyphen is neither.
MINUS = "−"


def format_count(number: int) -> str:
    """`number` as people write it: 2,733."""
    return _number_text(number, _locale())


def format_money(amount: Decimal) -> str:
    """`amount` as people write it: £9.99."""
    return _money_text(amount, settings.SHOP["currency"], _locale())


def format_difference(amount: Decimal) -> str:
    """`amount` with its sign, whichever it has: +£9.99."""
    return f"+{format_money(amount)}" if amount > 0 else format_money(amount)


def format_rating(tenths: int) -> str:
    """A mean of ratings, given in tenths, as people write it: 4.3."""
    return str(babel.format_decimal(Decimal(tenths) / 10, format="0.0", locale=_locale()))


def format_percent(rate: Decimal) -> str:
    """`rate`, in per cent, as people write it, with two decimals at most: 5.5%, 5,5 %."""
    locale = Locale.parse(_locale())
    pattern = locale.percent_formats[None].pattern.replace("0", "0.##", 1)
    return str(babel.format_percent(rate / 100, format=pattern, locale=locale))


def currency_sign() -> str:
    """What stands for the shop's currency beside a number: £, €."""
    return str(babel.get_currency_symbol(settings.SHOP["currency"], locale=_locale()))


def decimal_mark() -> str:
    """What stands before the cents: a point, a comma."""
    return str(babel.get_decimal_symbol(_locale()))


def to_cents(amount: Decimal) -> Decimal:
    """`amount` rounded to the smallest coin of the shop's currency, halves away from zero.

    Everything that is charged is rounded here and nowhere else.
    """
    return amount.quantize(_coin(), rounding=ROUND_HALF_UP)


def tax_within(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax that a price contains, to the cent. `rate` is in per cent of the price without it."""
    return to_cents(gross * rate / (100 + rate))


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share `amount` out by `weights`, to the cent, so that the parts add up to it.

    The cents that rounding down leaves go to the largest remainders, to the first of equal ones.
    No part is larger than its weight unless the amount is larger than all weights together. Neither
    the amount nor a weight may be negative. Raises ValueError if there is an amount, but no weight
    above zero.
    """
    whole, coin = sum(weights, Decimal(0)), _coin()
    if not whole:
        if amount:
            raise ValueError(f"nobody to share {amount}")
        return [to_cents(amount) for _weight in weights]
    coins = amount / coin
    shares = [divmod(coins * weight, whole) for weight in weights]
    left = int(coins - sum(share for share, _remainder in shares))
    by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    lucky = set(by_remainder[:left])
    return [
        to_cents((share + (index in lucky)) * coin) for index, (share, _rest) in enumerate(shares)
    ]


def _coin() -> Decimal:
    digits: int = babel.get_currency_precision(settings.SHOP["currency"])
    return Decimal(1).scaleb(-digits)


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)


# Babel takes longer over one price than a card over all the rest, and prices are few.
@lru_cache(maxsize=4096)
def _number_text(number: int, locale: str) -> str:
    return str(babel.format_decimal(number, locale=locale))


@lru_cache(maxsize=4096)
def _money_text(amount: Decimal, currency: str, locale: str) -> str:
    text = str(babel.format_currency(amount, currency, locale=locale))
    return text.replace("-", MINUS)
