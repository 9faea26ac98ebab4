"""What of the waiting lists `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check
from catalog.models import Book

from .models import Arrival

LENGTH = """
SELECT book.id, book.ean, book.queue_length, coalesce(line.places, 0)
FROM catalog_book book
LEFT JOIN (
    SELECT book_id, count(*) AS places FROM waitlist_prebooking
    WHERE state IN ('waiting', 'offered') GROUP BY book_id
) line ON line.book_id = book.id
WHERE book.queue_length <> coalesce(line.places, 0)
ORDER BY book.id
"""

# A copy that an order has taken is no longer held: the ledger says so, and who it was for is named.
HELD = """
SELECT book.id, book.ean, coalesce(held.copies, 0), coalesce(line.places, 0)
FROM (
    SELECT book_id, -sum(quantity) AS copies FROM catalog_stockmovement
    WHERE reason IN ('hold', 'release') GROUP BY book_id
) held
FULL JOIN (
    SELECT book_id, count(*) AS places FROM waitlist_prebooking
    WHERE state = 'offered' AND order_number = '' GROUP BY book_id
) line ON line.book_id = held.book_id
JOIN catalog_book book ON book.id = coalesce(held.book_id, line.book_id)
WHERE coalesce(held.copies, 0) <> coalesce(line.places, 0)
ORDER BY book.id
"""

# The first offer of a round counts: a copy that was taken back may come to the same place again.
ORDER = """
WITH offers AS (
    SELECT min(id) AS id, arrival_id, pre_booking_id FROM waitlist_prebookingevent
    WHERE kind = 'offered' GROUP BY arrival_id, pre_booking_id
), line AS (
    SELECT *, max(pre_booking_id) OVER (PARTITION BY arrival_id ORDER BY id) AS furthest
    FROM offers
)
SELECT arrival.id, arrival.book_id, line.pre_booking_id, line.furthest
FROM line JOIN waitlist_arrival arrival ON arrival.id = line.arrival_id
WHERE line.pre_booking_id < line.furthest
ORDER BY line.id
"""

CHECKS = [
    Check(
        "As many wait for a book as have a place on its list",
        of=Book,
        differing=LENGTH,
        says="book {} ({}): queue length {}, places {}",
    ),
    Check(
        "As many copies of a book are held as are offered",
        of=Book,
        differing=HELD,
        says="book {} ({}): held in the ledger {}, offered {}",
    ),
    Check(
        "Copies of a round are offered in the order of joining",
        of=Arrival,
        differing=ORDER,
        says="round {} of book {}: place {} after place {}, which stands behind it",
    ),
]
