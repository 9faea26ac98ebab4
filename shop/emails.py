from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string

from accounts import outbox

from .models import Order


def write_order_confirmation(order: Order, now: datetime) -> None:
    """Put the confirmation of a paid order into the outbox, once per order."""
    address = order.get_absolute_url() if order.user_id else order.guest_url
    context = {
        "order": order,
        "items": order.items.order_by("pk"),
        "shop": settings.SHOP,
        "order_url": settings.SITE_URL + address,
        "site_url": settings.SITE_URL,
    }
    outbox.write(
        to=order.email,
        subject=render_to_string("shop/emails/order_confirmation.subject.txt", context),
        body=render_to_string("shop/emails/order_confirmation.txt", context),
        dedupe_key=f"order-confirmation-{order.number}",
        now=now,
    )
