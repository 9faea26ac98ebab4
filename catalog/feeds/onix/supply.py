"""Whether a book can be had, and for how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.availability import PublishingStatus
from catalog.feeds.values import read_price

from .codes import AVAILABILITY_CODE, MOST_FIRST, PRODUCT_AVAILABILITY, PUBLISHING_STATUS
from .dates import read_day
from .product import Product
from .territories import is_for
from .tree import Composite

# Lists 58 and 59: prices that any reader pays, with tax (fixed, recommended, the publisher's) and
# without, best first.
_WITH_TAX = ("04", "02", "42", "34")
_PRICE_TYPES = {code: place for place, code in enumerate((*_WITH_TAX, "03", "01", "41", "33", ""))}
_QUALIFIERS = ("", "00", "05")
_NO_CONDITION = ("", "00")
# Lists 93 and 173.
_RETAILER = "08"
_FROM, _UNTIL, _SPAN = "14", "15", "24"


def read_status(product: Product) -> str:
    """What publisher and suppliers say together: a recall before all, and suppliers know best what
    can be had of a book that the publisher has not cancelled."""
    status = _known(product, product.publishing, "PublishingStatus", PUBLISHING_STATUS)
    suppliers = _of_suppliers(product)
    said = suppliers[0] if suppliers else None
    if PublishingStatus.RECALLED in (status, said):
        return PublishingStatus.RECALLED
    if status == PublishingStatus.CANCELLED:
        return status
    if said == PublishingStatus.ACTIVE and status == PublishingStatus.POSTPONED:
        return status
    if said and said != PublishingStatus.UNKNOWN:
        return said
    return status or said or ""


def _of_suppliers(product: Product) -> list[PublishingStatus]:
    """What the suppliers say, the most that is to be had first.

    What a retailer has on its shelves says nothing of what can be ordered.
    """
    found = []
    for supply in product.supplies:
        if supply.first("Supplier").text("SupplierRole") == _RETAILER:
            continue
        said = _known(product, supply, "ProductAvailability", PRODUCT_AVAILABILITY)
        said = said or _known(product, supply, "AvailabilityCode", AVAILABILITY_CODE)
        if said:
            found.append(said)
    return sorted(found, key=MOST_FIRST.index)


def _known(
    product: Product, block: Composite, name: str, codes: dict[str, PublishingStatus]
) -> PublishingStatus | None:
    code = block.text(name)
    if code and code not in codes and code != "00":
        product.note(name, code, _("The shop knows no such status."))
    return codes.get(code)


def read_amount(product: Product) -> Decimal | None:
    """The price for readers here, in the shop's own currency and on this day, with tax if possible."""
    prices = [price for supply in product.supplies for price in supply.all("Price")]
    named = [price for price in prices if price.text("PriceAmount")]
    ours = [price for price in named if _currency(product, price) == product.habits.currency]
    if named and not ours:
        _note_currencies(product, named)
        return None
    country = product.habits.country
    fit = [
        price for price in ours if _is_for_readers(price, country) and _is_current(product, price)
    ]
    if ours and not fit:
        product.note("Price", "", _("No price that readers here pay today."))
    for price in _best_first(fit):
        amount = product.read("PriceAmount", price.text("PriceAmount"), read_price)
        if amount is not None:
            return amount
    return None


def _note_currencies(product: Product, prices: Sequence[Composite]) -> None:
    currencies = ", ".join(dict.fromkeys(_currency(product, price) for price in prices))
    if currencies:
        reason = _("No price in %(currency)s.") % {"currency": product.habits.currency}
        product.note("CurrencyCode", currencies, reason)
    else:
        amount = prices[0].text("PriceAmount")
        product.note("PriceAmount", amount, _("Neither the price nor the file names a currency."))


def _currency(product: Product, price: Composite) -> str:
    return price.text("CurrencyCode") or product.habits.default_currency


def _is_for_readers(price: Composite, country: str) -> bool:
    """Whether anybody in a country pays it for one copy."""
    least = price.text("MinimumOrderQuantity").lstrip("0")
    conditions = price.all("PriceCondition")
    countries = {code for text in price.texts("CountryCode") for code in text.split()}
    return (
        price.text("PriceType", "PriceTypeCode") in _PRICE_TYPES
        and price.text("PriceQualifier") in _QUALIFIERS
        and least in ("", "1")
        and all(one.text("PriceConditionType") in _NO_CONDITION for one in conditions)
        and (not countries or country in countries)
        and is_for(country, price.first("Territory"))
    )


def _is_current(product: Product, price: Composite) -> bool:
    today = product.habits.today
    begins = [price.text("PriceEffectiveFrom")]
    ends = [price.text("PriceEffectiveUntil")]
    for one in price.all("PriceDate"):
        kind, text = one.text("PriceDateRole"), one.text("Date")
        if kind in (_FROM, _SPAN):
            begins.append(text[:8])
        if kind in (_UNTIL, _SPAN):
            ends.append(text[8:] if kind == _SPAN else text[:8])
    has_begun = all(day <= today for text in begins if text and (day := read_day(text)))
    return has_begun and all(day >= today for text in ends if text and (day := read_day(text)))


def _best_first(prices: Iterable[Composite]) -> list[Composite]:
    return sorted(prices, key=lambda price: _PRICE_TYPES[price.text("PriceType", "PriceTypeCode")])
