"""How far the shop is with an order: the one table of its states and of the moves between them.

The database knows the same table (the constraint shop_fulfilmentmove_is_legal, and the trigger on
moves that alone writes the state of an order). services/fulfilling.py makes the moves.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    """Where the money is."""

    PENDING = "pending", _("Waiting for payment")
    CONFIRMED = "confirmed", _("Paid")
    PAYMENT_FAILED = "payment_failed", _("Not paid")
    CANCELLED = "cancelled", _("Cancelled")


class Fulfilment(models.TextChoices):
    """Where the books are.

    An order that was not paid in time is UNPAID and not CANCELLED: its money may still come, and
    then the shop sends it after all, which it never does with one that somebody cancelled.
    """

    NEW = "new", _("New")
    PAID = "paid", _("Paid")
    PICKING = "picking", _("Being picked")
    PACKED = "packed", _("Packed")
    READY = "ready", _("Ready to collect")
    POSTED = "posted", _("Posted")
    DELIVERED = "delivered", _("Delivered")
    COLLECTED = "collected", _("Collected")
    RETURNED = "returned", _("Returned")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")
    UNPAID = "unpaid", _("Not paid")


STATES = Fulfilment
# The shop still has the copies, and somebody may take the next step at any time.
IN_THE_SHOP = (STATES.PAID, STATES.PICKING, STATES.PACKED)
# States that people work through, whose orders are few however long the shop has been there.
OPEN = (STATES.NEW, *IN_THE_SHOP, STATES.READY)
# A parcel has left or is ready, and nothing more is to be sent.
SENT = (STATES.READY, STATES.POSTED, STATES.DELIVERED, STATES.COLLECTED, STATES.RETURNED)

_LEAVES = (STATES.POSTED, STATES.READY, STATES.CANCELLED, STATES.REFUNDED)
# A small parcel is packed without a list, so steps may be left out, and a step taken too early is
# taken back as long as nothing has left. When a first parcel has, the rest begins again at PAID.
MOVES: dict[Fulfilment, tuple[Fulfilment, ...]] = {
    STATES.NEW: (STATES.PAID, STATES.UNPAID, STATES.CANCELLED),
    STATES.UNPAID: (STATES.PAID,),
    STATES.PAID: (STATES.PICKING, STATES.PACKED, *_LEAVES),
    STATES.PICKING: (STATES.PAID, STATES.PACKED, *_LEAVES),
    STATES.PACKED: (STATES.PAID, STATES.PICKING, *_LEAVES),
    STATES.READY: (STATES.COLLECTED, STATES.RETURNED, STATES.REFUNDED),
    STATES.POSTED: (STATES.DELIVERED, STATES.RETURNED, STATES.REFUNDED),
    STATES.DELIVERED: (STATES.RETURNED, STATES.REFUNDED),
    STATES.COLLECTED: (STATES.RETURNED, STATES.REFUNDED),
    STATES.RETURNED: (STATES.REFUNDED,),
    # All books were paid back before any left; the delivery price may still go back, too. When their
    # refund fails and they are still here, the order is to be sent after all.
    STATES.REFUNDED: (STATES.PAID, STATES.CANCELLED),
    STATES.CANCELLED: (),
}
# What of the money each state goes with; all others with money that has come in.
STATUS_OF = {
    **dict.fromkeys(STATES, OrderStatus.CONFIRMED),
    STATES.NEW: OrderStatus.PENDING,
    STATES.UNPAID: OrderStatus.PAYMENT_FAILED,
    STATES.CANCELLED: OrderStatus.CANCELLED,
}
# Where an order of each status stands, of which nothing more is known.
FIRST_OF = {
    OrderStatus.PENDING: STATES.NEW,
    OrderStatus.CONFIRMED: STATES.PAID,
    OrderStatus.PAYMENT_FAILED: STATES.UNPAID,
    OrderStatus.CANCELLED: STATES.CANCELLED,
}


def may_move(was: str, becomes: str) -> bool:
    return becomes in MOVES[Fulfilment(was)]
