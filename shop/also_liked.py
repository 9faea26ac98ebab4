"""What readers of a book also liked, worked out in one go from what the shop knows of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .models import Order

PERIOD = timedelta(days=365 * 2)
# Whoever bought more is a library or a dealer, and says little; their pairs would be most of the work.
MOST_BOOKS = 200
# One shopper's basket is a chance, and nobody else's business.
FEWEST_READERS = 2
ON_FILE = 12
# Any number that no other job uses (catalog/batches.py has one too).
_LOCK = 7_220_351

# Who liked what. A guest's orders and those of the account with their address are one reader's.
# Whatever else tells of liking is one more SELECT of a reader and a book, after a UNION ALL.
_BOUGHT = """
SELECT lower(coalesce(account.email, placed.email)) AS reader, item.book_id AS book
FROM shop_order placed JOIN shop_orderitem item ON item.order_id = placed.id
LEFT JOIN accounts_user account ON account.id = placed.user_id
WHERE placed.status = %(confirmed)s AND placed.placed_at >= %(since)s
    AND placed.erased_at IS NULL
"""

_CLEAR = "DROP TABLE IF EXISTS pg_temp.liked, pg_temp.wanted"
_LIKED = f"""
CREATE TEMPORARY TABLE liked ON COMMIT DROP AS
WITH source AS MATERIALIZED (
    SELECT DISTINCT reader, book FROM ({_BOUGHT}) bought
), told AS (
    SELECT reader FROM source GROUP BY reader HAVING count(*) BETWEEN 2 AND {MOST_BOOKS}
)
SELECT reader, book, coalesce(listed.work_id, -listed.id) AS work,
    listed.withdrawn_at IS NULL AS is_on_sale
FROM source JOIN told USING (reader) JOIN catalog_book listed ON listed.id = source.book
"""

# A book that everybody reads is next to every other one: it counts less, the more have read it.
_WANTED = f"""
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
WITH popularity AS (
    SELECT book, count(*) AS readers FROM liked GROUP BY book
), together AS (
    SELECT one.book, other.book AS other, count(*) AS readers
    FROM liked one JOIN liked other ON other.reader = one.reader AND other.work <> one.work
    WHERE other.is_on_sale
    GROUP BY one.book, other.book HAVING count(*) >= {FEWEST_READERS}
), ranked AS (
    SELECT together.book, other, row_number() OVER (
        PARTITION BY together.book
        ORDER BY together.readers / sqrt(popularity.readers) DESC, together.readers DESC, other
    ) AS position
    FROM together JOIN popularity ON popularity.book = other
)
SELECT book, other, position FROM ranked WHERE position <= {ON_FILE}
"""

_FORGET = """
DELETE FROM catalog_alsoliked filed WHERE NOT EXISTS (
    SELECT FROM wanted WHERE wanted.book = filed.book_id AND wanted.other = filed.other_id
)
"""
_FILE = """
INSERT INTO catalog_alsoliked (book_id, other_id, position)
SELECT book, other, position FROM wanted
ON CONFLICT (book_id, other_id) DO UPDATE SET position = excluded.position
WHERE catalog_alsoliked.position <> excluded.position
"""


@transaction.atomic
def refresh(*, now: datetime) -> int:
    """Bring AlsoLiked up to date, writing only what differs; returns how many rows were written.

    Pages read the old state until the end. Nobody waits for it.
    """
    with connection.cursor() as cursor:
        facts: dict[str, str | datetime] = {
            "confirmed": str(Order.Status.CONFIRMED),
            "since": now - PERIOD,
        }
        # Until the end of the transaction: who comes second finds nothing left to write.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_CLEAR)
        cursor.execute(_LIKED, facts)
        cursor.execute("CREATE INDEX ON liked (reader)")
        cursor.execute("ANALYZE liked")
        cursor.execute(_WANTED)
        cursor.execute("CREATE UNIQUE INDEX ON wanted (book, other)")
        cursor.execute("ANALYZE wanted")
        return _rows(cursor, _FORGET) + _rows(cursor, _FILE)


def _rows(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return cursor.rowcount
