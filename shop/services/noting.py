"""What staff tell each other about an order."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.models import Order, OrderNote


class NobodyIsKnown(Exception):
    """The person of the order had their data erased, so nothing more is written of them."""

    def __init__(self, order: Order) -> None:
        text = _("The person of order %(number)s had their data erased: nothing is noted of them.")
        super().__init__(text % {"number": order.number})


@transaction.atomic
def add_note(*, number: str, text: str, who: str, now: datetime) -> OrderNote:
    """Keep a note that only staff see. Raises NobodyIsKnown, with nothing changed."""
    # Locked, so that a note and an erasure come one after the other.
    order = Order.objects.locked().get(number=number)
    if order.is_erased:
        raise NobodyIsKnown(order)
    return OrderNote.objects.create(order=order, text=text, who=who, at=now)
