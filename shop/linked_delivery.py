"""What machines read of how a book is delivered: schema.org's OfferShippingDetails."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from catalog.models import Book

from .delivery import lines_of_this_minute
from .models import DeliveryMethod


def delivery_of(book: Book) -> list[dict[str, Any]]:
    """The ways of delivery that the page of a book names, for an order of it alone.

    Those that go by weight or by sum are left out: the page says from what price on, and no more.
    """
    return [
        _details(line.method, book.price)
        for line in lines_of_this_minute()
        if not line.method.is_collected and line.method.price_by == DeliveryMethod.PriceBy.FLAT
    ]


def _details(method: DeliveryMethod, price: Decimal | None) -> dict[str, Any]:
    is_free = method.free_from is not None and price is not None and price >= method.free_from
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {
            "@type": "MonetaryAmount",
            "value": "0.00" if is_free else str(method.price),
            "currency": settings.SHOP["currency"],
        },
        "shippingDestination": {
            "@type": "DefinedRegion",
            "addressCountry": [each.code for each in method.countries] or settings.SHOP["country"],
        },
        "deliveryTime": {
            "@type": "ShippingDeliveryTime",
            # From the order to the door.
            "transitTime": {
                "@type": "QuantitativeValue",
                "minValue": method.days_from,
                "maxValue": method.days_to,
                "unitCode": "DAY",
            },
        },
    }
