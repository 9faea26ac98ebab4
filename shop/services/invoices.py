"""Invoice numbers, one after another without a gap."""

from datetime import datetime

from django.conf import settings
from django.db import connection

from shop.models import Invoice, Order

SELLER = ("name", "street", "city", "postcode", "country", "email", "phone", "vat_number")

# Held until the transaction ends, so that a number that is not used is given to the next.
_NEXT = """
INSERT INTO shop_invoicecounter (id, last) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET last = shop_invoicecounter.last + 1 RETURNING last
"""


def issue(order: Order, *, now: datetime) -> Invoice:
    """Give a paid order its invoice, with the seller as it is today. Must run inside `atomic`."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        (number,) = cursor.fetchone()
    seller = {field: settings.SHOP[field] for field in SELLER}
    return Invoice.objects.create(order=order, number=number, issued_at=now, seller=seller)
