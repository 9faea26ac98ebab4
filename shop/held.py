"""Lines of copies that the waiting list holds: their books as whoever the copy is for sees them.

Everything that asks a line for its book (availability, price, parcels, quotes) follows from that,
and needs to know nothing of waiting lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import CartItem


def as_seen(lines: Iterable[CartItem], now: datetime) -> list[CartItem]:
    """These lines, each with a book of its own; what they are held for has been read, too.

    The held copy is out of stock for everybody else. In the book of a line that is held it counts,
    at the price of the offer.
    """
    seen = list(lines)
    for line in seen:
        line.is_held = line.held is not None and line.held.is_held(now)
        if line.is_held:
            line.book.stock += 1
            lower_price(line)
    return seen


def lower_price(line: CartItem) -> None:
    """Have a held line's book cost what was offered, where today's price is not lower still."""
    offered = line.held.offer_price if line.is_held and line.held else None
    if offered is not None and line.book.price is not None:
        line.price_of_others = line.book.price
        line.book.price = min(line.book.price, offered)
