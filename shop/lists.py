"""What lists are sorted and counted by, copied in batches from what changes all day.

Only rows whose value changes are written, so a quiet shop rewrites no index.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper

# Books whose rank is to change, locked by ascending key as all writers do; a book that a checkout
# holds waits for the next round, so that neither ever waits for the other in a circle.
_UPDATE = """
WITH changed AS MATERIALIZED (
    SELECT book.id, wanted.rank FROM catalog_book book JOIN ({wanted}) wanted ON wanted.id = book.id
    WHERE book.{column} IS DISTINCT FROM wanted.rank
    ORDER BY book.id LIMIT {batch} FOR NO KEY UPDATE OF book SKIP LOCKED
)
UPDATE catalog_book SET {column} = changed.rank FROM changed WHERE catalog_book.id = changed.id
"""
BATCH = 500

# Copies that were paid for, ever.
_SALES = """
SELECT item.book_id AS id, sum(item.quantity)::int AS rank
FROM shop_orderitem item JOIN shop_order placed ON placed.id = item.order_id
WHERE placed.status = 'confirmed' GROUP BY item.book_id
"""

# A Bayesian mean in thousandths: five imaginary readers who gave 3.5 keep one vote from ruling.
_RATINGS = """
SELECT id, round(1000.0 * (rating_sum + 17.5) / (rating_count + 5))::int AS rank
FROM catalog_book WHERE rating_count > 0
"""
RANKS = {"bestseller_rank": _SALES, "rating_rank": _RATINGS}

# Each book counts once for a genre, however many of the genres below it name the book too.
_GENRES = """
WITH RECURSIVE branch AS (
    SELECT id AS top, id FROM catalog_genre
    UNION SELECT branch.top, child.id FROM catalog_genre child JOIN branch ON child.parent_id = branch.id
), counted AS (
    SELECT branch.top, count(DISTINCT book.id) AS books
    FROM branch
    LEFT JOIN catalog_book_genres link ON link.genre_id = branch.id
    LEFT JOIN catalog_book book ON book.id = link.book_id AND book.withdrawn_at IS NULL
    GROUP BY branch.top
)
UPDATE catalog_genre genre SET book_count = counted.books
FROM counted WHERE genre.id = counted.top AND genre.book_count IS DISTINCT FROM counted.books
"""


def refresh() -> None:
    """Bring the ranks of books and the counts of genres up to date.

    Each batch is a transaction of its own, so that a checkout waits for few rows and not for long.
    """
    with connection.cursor() as cursor:
        for column, wanted in RANKS.items():
            statement = _UPDATE.format(column=column, wanted=wanted, batch=BATCH)
            while _rows_changed(cursor, statement) == BATCH:
                pass
        cursor.execute(_GENRES)


def _rows_changed(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return cursor.rowcount
