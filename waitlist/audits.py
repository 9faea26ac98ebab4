"""What of the waiting lists `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check
from catalog.models import Book

from .models import Arrival, PreBooking

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
PLACES = """
SELECT count(*) FROM waitlist_prebooking
WHERE book_id = catalog_book.id AND state IN ('waiting', 'offered')
"""
COUNT = f"""
UPDATE catalog_book SET queue_length = ({PLACES})
WHERE id = ANY(%(keys)s::bigint[]) AND queue_length <> ({PLACES}) RETURNING id
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

# Only offers made when the copies came tell. A copy of the round that is passed on later may go to
# somebody further ahead who had no part in it then: they had another copy, or a closed account.
ORDER = """
WITH line AS (
    SELECT event.id, event.arrival_id, arrival.book_id, event.pre_booking_id,
        max(event.pre_booking_id) OVER (PARTITION BY event.arrival_id ORDER BY event.id) AS furthest
    FROM waitlist_prebookingevent event JOIN waitlist_arrival arrival ON arrival.id = arrival_id
    WHERE event.kind = 'offered' AND event.at = arrival.at
)
SELECT arrival_id, book_id, pre_booking_id, furthest FROM line
WHERE pre_booking_id < furthest
ORDER BY id
"""

# The worker looks every minute (waitlist/offers.py).
OVERDUE = """
SELECT id, book_id, hold_until FROM waitlist_prebooking
WHERE state = 'offered' AND order_number = '' AND hold_until < now() - interval '1 hour'
ORDER BY id
"""

CHECKS = [
    Check(
        "queue-lengths",
        "As many wait for a book as have a place on its list",
        of=Book,
        differing=LENGTH,
        says="book {} ({}): queue length {}, places {}",
        repair=COUNT,
    ),
    Check(
        "held-copies",
        "As many copies of a book are held as are offered",
        of=Book,
        differing=HELD,
        says="book {} ({}): held in the ledger {}, offered {}",
    ),
    Check(
        "offers",
        "Copies that come are offered in the order of joining",
        of=Arrival,
        differing=ORDER,
        says="round {} of book {}: place {} after place {}, which stands behind it",
    ),
    Check(
        "holds",
        "No copy is held for an hour longer than it was promised for",
        of=PreBooking,
        differing=OVERDUE,
        says="place {} for book {}: held until {:%Y-%m-%d %H:%M %Z}, and still",
    ),
]
