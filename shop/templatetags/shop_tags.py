from django import template
from django.utils import timezone

from shop import cart, delivery

register = template.Library()


@register.simple_tag(takes_context=True)
def basket_count(context: template.Context) -> int:
    """Copies in the shopper's basket. Asks the database only when there can be one."""
    request = context.get("request")
    return 0 if request is None else cart.count_copies(cart.shopper_of(request))


@register.simple_tag
def delivery_lines() -> list[delivery.DeliveryLine]:
    return delivery.delivery_lines(timezone.now())
