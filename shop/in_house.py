"""How many copies of a book should be in the house, by what the shop has written down.

A copy that was ordered is out of `Book.stock`, and one that is held for somebody who waits is, too,
but both are here until a parcel is posted or lies ready to be collected. So this number changes by
what really comes and leaves, and never by a sale: whoever counts copies can count them all the
same, sold or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from bookstore.keys import LONGEST
from catalog.models import Book, StockMovement

Reason = StockMovement.Reason

# Movements by which no copy comes or goes: it is sold, held, or no longer so.
ON_PAPER = (Reason.SALE, Reason.NOT_PAID, Reason.CANCELLED, Reason.HOLD, Reason.RELEASE)
# Movements that copies come with, if above zero. All others put right what was written down before.
ARRIVALS = (Reason.OPENING, Reason.DELIVERY, Reason.RETURNED)

# One statement, so that all of it is of one moment. Whoever writes movements of a book has its lock,
# so that its last movement names a moment: those before it are all there, those after it all not.
_READ = """
SELECT book.id, book.stock,
    (
        SELECT count(*) FROM waitlist_prebooking place
        WHERE place.book_id = book.id AND place.state = 'offered' AND place.order_number = ''
    ),
    coalesce(sold.waiting, 0),
    coalesce((
        SELECT id FROM catalog_stockmovement movement
        WHERE movement.book_id = book.id ORDER BY id DESC LIMIT 1
    ), 0)
FROM catalog_book book
LEFT JOIN LATERAL (
    SELECT sum(item.quantity - coalesce(refunded.gone, 0)) AS waiting
    FROM shop_orderitem item
    JOIN shop_order orders ON orders.id = item.order_id
    LEFT JOIN LATERAL (
        SELECT sum(line.copies) AS gone FROM shop_refunditem line
        JOIN shop_refund refund ON refund.id = line.refund_id
        LEFT JOIN shop_refund again ON again.again_of_id = refund.id
        WHERE line.item_id = item.id AND CASE
            WHEN line.is_restocked THEN again.id IS NULL ELSE refund.status <> 'failed' END
    ) refunded ON true
    WHERE item.book_id = book.id AND item.sent_at IS NULL
        AND orders.status IN ('pending', 'confirmed')
) sold ON true
WHERE book.id = ANY(%s)
"""


class InHouse(NamedTuple):
    """Copies of a book at one moment: on sale, held for people who wait, ordered and not posted."""

    on_sale: int
    held: int
    ordered: int
    # The last movement of the book.
    movement_id: int

    @property
    def copies(self) -> int:
        return self.on_sale + self.held + self.ordered

    @property
    def token(self) -> str:
        """What a form carries of it: enough for `has_moved`."""
        return f"{self.copies}:{self.movement_id}"


def from_token(token: str) -> InHouse:
    """What a form says that it was drawn from. Raises ValueError."""
    copies, movement_id = token.split(":")
    if max(len(copies), len(movement_id)) > LONGEST:
        raise ValueError
    return InHouse(int(copies), 0, 0, int(movement_id))


def read(book_ids: Iterable[int]) -> dict[int, InHouse]:
    """{book id: what should be in the house}, each as it is at the moment of asking. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(book_ids)])
        return {book_id: InHouse(*numbers) for book_id, *numbers in cursor.fetchall()}


def has_moved(book_id: int, before: InHouse, after: InHouse) -> bool:
    """Whether any copy came, left, or was written off or in between two readings of a book.

    Whatever left made them fewer. If something else made up for that, it is in the ledger.
    """
    if before.copies != after.copies:
        return True
    if before.movement_id == after.movement_id:
        return False
    between = StockMovement.objects.filter(
        book=book_id, pk__gt=before.movement_id, pk__lte=after.movement_id
    )
    # What was paid back before it was posted goes on sale again, and never left the house.
    unsent = Q(order_items__sent_at=None) | Q(order_items__sent_at__gt=OuterRef("at"))
    of_order = Q(pk=OuterRef("book"), order_items__order__number=OuterRef("order_number"))
    never_left = Exists(Book.objects.filter(unsent, of_order))
    between = between.exclude(never_left, reason=Reason.RETURNED)
    return between.exclude(reason__in=ON_PAPER).exists()
