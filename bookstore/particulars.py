"""The shop itself, as the settings have it: pages, mails and invoices speak of it in these words."""

from typing import Any

from babel.numbers import get_currency_precision
from django.core.exceptions import ImproperlyConfigured

from .environment import day, env


def shop() -> dict[str, Any]:
    """What the shop is called, where it is and what it sells in.

    Raises ImproperlyConfigured for a currency whose prices have more than two decimals.
    """
    known = {
        "name": env.str("SHOP_NAME", default="Octavo"),
        "tagline": env.str("SHOP_TAGLINE", default="An independent bookshop"),
        "email": env.str("SHOP_EMAIL", default="hello@octavo.example"),
        "phone": env.str("SHOP_PHONE", default="0117 496 0000"),
        "street": env.str("SHOP_STREET", default="8 Quarto Lane"),
        "city": env.str("SHOP_CITY", default="Bristol"),
        "postcode": env.str("SHOP_POSTCODE", default="BS1 4ZZ"),
        "country": env.str("SHOP_COUNTRY", default="GB"),
        "opening_hours": env.str(
            "SHOP_OPENING_HOURS", default="Every day, 9 to 6; Thursdays until 9"
        ),
        "vat_number": env.str("SHOP_VAT_NUMBER", default=""),
        "currency": env.str("SHOP_CURRENCY", default="GBP"),
        # What tax law asks for where the shop is: full years after that of the sale.
        "years_kept": env.int("SHOP_YEARS_KEPT", default=6),
        # Of the accessibility statement: what falls short here besides, and when it was last read.
        "accessibility_gaps": env.str("SHOP_ACCESSIBILITY_GAPS", default=""),
        "accessibility_checked_on": day("SHOP_ACCESSIBILITY_CHECKED"),
    }
    if get_currency_precision(known["currency"]) > 2:
        raise ImproperlyConfigured(
            f"SHOP_CURRENCY is {known['currency']}: prices have two decimals here."
        )
    return known
