"""Money: Decimal amounts in the shop's one currency."""

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.utils.translation import get_language, to_locale


def format_count(number: int) -> str:
    """`number` as people write it: 2,733."""
    return _number_text(number, _locale())


def format_money(amount: Decimal) -> str:
    """`amount` as people write it: £9.99."""
    return _money_text(amount, settings.SHOP["currency"], _locale())


def format_rating(tenths: int) -> str:
    """A mean of ratings, given in tenths, as people write it: 4.3."""
    return str(format_decimal(Decimal(tenths) / 10, format="0.0", locale=_locale()))


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)


# Babel takes longer over one price than a card over all the rest, and prices are few.
@lru_cache(maxsize=4096)
def _number_text(number: int, locale: str) -> str:
    return str(format_decimal(number, locale=locale))


@lru_cache(maxsize=4096)
def _money_text(amount: Decimal, currency: str, locale: str) -> str:
    return str(format_currency(amount, currency, locale=locale))
