"""How many copies there are: the only code that changes stock.

Stock changes by adding movements. A trigger of the database adds them up into `Book.stock` and
refuses every other way, so that stock is the sum of its movements whoever writes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from bookstore.postgresql import prepared

from .models import Book, StockMovement
from .querysets import SOLD_BY

_OPEN = """
INSERT INTO catalog_stockmovement (book_id, quantity, reason, order_number, who, note, at)
SELECT book_id, quantity, %s, '', %s, '', %s
FROM unnest(%s::bigint[], %s::int[]) AS opening (book_id, quantity) ORDER BY book_id
"""


# All or nothing: where one book is short, no movement is written, and the answer says which.
_TAKE = f"""
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::int[]) AS wanted (book_id, copies)
), locked AS MATERIALIZED (
    SELECT id, {", ".join(SOLD_BY)} FROM catalog_book
    WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
), taken AS (
    INSERT INTO catalog_stockmovement (book_id, quantity, reason, order_number, who, note, at)
    SELECT book_id, -copies, %s, %s, %s, '', %s FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM wanted LEFT JOIN locked ON locked.id = wanted.book_id
        WHERE locked.stock >= wanted.copies IS NOT TRUE
    )
    ORDER BY book_id
)
SELECT * FROM locked
"""
OUTSIDE = "Stock changes only inside a transaction."


class NotEnoughStock(Exception):
    """Fewer copies are left than were asked for; nothing was changed."""

    def __init__(self, book: Book) -> None:
        self.book = book
        super().__init__(f"{book.ean}: {book.stock} left")


def lock(book_ids: Iterable[int]) -> dict[int, Book]:
    """The books by id, with what a sale goes by freshly read, locked until the transaction ends.

    Must run inside `atomic`. Ids that do not exist are missing from the answer.
    """
    return {book.pk: book for book in Book.objects.locked(book_ids).only(*SOLD_BY)}


def take(
    quantities: Mapping[int, int], *, order_number: str, who: str, at: datetime
) -> dict[int, Book]:
    """Take copies, {book id: copies}, out of stock for an order; the books as they were before.

    They are locked first, in the order that all writers use, and for no more than this statement
    and the end of the transaction. Raises NotEnoughStock, with nothing written, for the first book
    that is short.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(OUTSIDE)
    ids, copies = list(quantities), list(quantities.values())
    sale = StockMovement.Reason.SALE.value
    found = prepared.rows(_TAKE, [ids, copies, ids, sale, order_number, who, at])
    books = {row[0]: prepared.instance(Book, ("id", *SOLD_BY), row) for row in found}
    for book_id, wanted in sorted(quantities.items()):
        if books[book_id].stock < wanted:
            raise NotEnoughStock(books[book_id])
    return books


def record(
    changes: Mapping[int, int],
    *,
    reason: StockMovement.Reason,
    who: str,
    at: datetime,
    order_number: str = "",
    note: str = "",
) -> None:
    """Add one movement for each book: {book id: copies in, or out when negative}.

    The rows of these books are locked first, in the order that all writers use. Raises
    IntegrityError, with nothing changed, when stock would fall below zero.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(OUTSIDE)
    lock(changes)
    _add_movements(changes, reason=reason, who=who, at=at, order_number=order_number, note=note)


def open_with(copies: Mapping[int, int], *, who: str, at: datetime) -> None:
    """Give books that this transaction makes their first copies: {book id: copies}.

    Best before the books themselves are written: they start with them then. Nobody else sees these
    books yet, so none needs to be locked, however many they are.
    """
    reason = StockMovement.Reason.OPENING.value
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [reason, who, at, list(copies), list(copies.values())])


def add(movement: StockMovement) -> None:
    """Add one movement that staff wrote. Raises IntegrityError when stock would fall below zero."""
    lock([movement.book_id])
    movement.save(force_insert=True)


def _add_movements(changes: Mapping[int, int], **fields: Any) -> None:
    StockMovement.objects.bulk_create(
        StockMovement(book_id=book_id, quantity=quantity, **fields)
        for book_id, quantity in sorted(changes.items())
    )
