"""What of the catalogue `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check

from .models import Book

STOCK = """
SELECT book.id, book.ean, book.stock, coalesce(moved.copies, 0)
FROM catalog_book book
LEFT JOIN (
    SELECT book_id, sum(quantity) AS copies FROM catalog_stockmovement GROUP BY book_id
) moved ON moved.book_id = book.id
WHERE book.stock <> coalesce(moved.copies, 0)
ORDER BY book.id
"""

CHECKS = [
    Check(
        "Stock is the sum of the movements of a book",
        of=Book,
        differing=STOCK,
        says="book {} ({}): stock {}, movements {}",
    )
]
