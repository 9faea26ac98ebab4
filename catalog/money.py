"""Money: Decimal amounts in the shop's one currency."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency, get_currency_precision
from django.conf import settings
from django.utils.translation import get_language, to_locale


def quantize(amount: Decimal) -> Decimal:
    """`amount` rounded half up to the smallest coin of the shop's currency."""
    smallest = Decimal(1).scaleb(-get_currency_precision(settings.SHOP["currency"]))
    return amount.quantize(smallest, rounding=ROUND_HALF_UP)


def format_money(amount: Decimal) -> str:
    """`amount` as people write it: £9.99."""
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return str(format_currency(amount, settings.SHOP["currency"], locale=locale))
