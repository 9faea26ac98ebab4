"""What pages of the admin show of orders besides the fields of a row."""

from typing import Any

from django import template

from accounts.models import OutboxMessage
from shop.models import Order

register = template.Library()


@register.inclusion_tag("admin/shop/order/_mails.html", takes_context=True)
def order_mails(context: template.Context, order: Order) -> dict[str, Any]:
    """The mails that the shopper of an order was sent, the oldest first, without their texts."""
    mails = OutboxMessage.objects.of_thread(order.number).defer("body", "html")
    return {"order": order, "mails": mails, "perms": context["perms"]}
