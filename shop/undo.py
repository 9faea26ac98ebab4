"""A line that was taken out, as the page that offers to undo it carries it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.core import signing

from .models import CartItem

SALT = "shop.undo.2"
OFFER_STANDS = timedelta(days=1)


def pack(line: CartItem) -> str:
    """All that is needed to put the line back as it was, signed."""
    facts = [line.book_id, line.quantity, str(line.price_seen), line.missing_seen, line.is_saved]
    facts.append(line.held_id)
    return signing.dumps(facts, salt=SALT)


def unpack(packed: str, now: datetime) -> CartItem:
    """The line that was packed, in no basket yet. Raises signing.BadSignature, also after a day."""
    facts = signing.loads(packed, salt=SALT, max_age=OFFER_STANDS)
    book_id, quantity, price_seen, missing_seen, is_saved, held_id = facts
    return CartItem(
        book_id=book_id,
        quantity=quantity,
        price_seen=Decimal(price_seen),
        missing_seen=missing_seen,
        saved_at=now if is_saved else None,
        held_id=held_id,
    )
