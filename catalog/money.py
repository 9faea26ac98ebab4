"""Money: Decimal amounts in the shop's one currency."""

from decimal import Decimal

from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.utils.translation import get_language, to_locale


def format_count(number: int) -> str:
    """`number` as people write it: 2,733."""
    return str(format_decimal(number, locale=_locale()))


def format_money(amount: Decimal) -> str:
    """`amount` as people write it: £9.99."""
    return str(format_currency(amount, settings.SHOP["currency"], locale=_locale()))


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)
