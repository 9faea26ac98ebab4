from django import template
from django.utils import timezone

from catalog.models import Book
from shop import cart, delivery, tax

register = template.Library()


@register.simple_tag(takes_context=True)
def basket_count(context: template.Context) -> int:
    """Copies in the shopper's basket. Asks the database only when there can be one."""
    request = context.get("request")
    return 0 if request is None else cart.count_copies(cart.shopper_of(request))


@register.simple_tag
def delivery_lines() -> list[delivery.DeliveryLine]:
    return delivery.lines_of_this_minute()


@register.simple_tag
def tax_words(book: Book) -> str:
    """What tax the price of a book contains where the shop is."""
    return tax.words_at_home(book.tax_class, timezone.localdate())
