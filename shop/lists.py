"""What lists are sorted and counted by, copied in batches from what changes all day.

Only rows whose value changes are written, so a quiet shop rewrites no index.
"""

from django.db import connection

# Copies that were paid for, ever.
_SALES = """
UPDATE catalog_book book SET bestseller_rank = sold.copies
FROM (
    SELECT item.book_id, sum(item.quantity) AS copies
    FROM shop_orderitem item JOIN shop_order placed ON placed.id = item.order_id
    WHERE placed.status = 'confirmed' GROUP BY item.book_id
) sold
WHERE book.id = sold.book_id AND book.bestseller_rank IS DISTINCT FROM sold.copies
"""

# A Bayesian mean in thousandths: five imaginary readers who gave 3.5 keep one vote from ruling.
_RATINGS = """
UPDATE catalog_book SET rating_rank = rated.rank
FROM (
    SELECT id, round(1000.0 * (rating_sum + 17.5) / (rating_count + 5))::int AS rank
    FROM catalog_book WHERE rating_count > 0
) rated
WHERE catalog_book.id = rated.id AND catalog_book.rating_rank IS DISTINCT FROM rated.rank
"""

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
    """Bring the ranks of books and the counts of genres up to date."""
    with connection.cursor() as cursor:
        for statement in (_SALES, _RATINGS, _GENRES):
            cursor.execute(statement)
