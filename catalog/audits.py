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

# Tags for stars follow when the worker ranks books, and those of genres when a genre moves: where
# the worker had to leave a book out then, in the night (catalog/tags.py, catalog/retagging.py).
TAGS = """
WITH genres AS (
    SELECT EXISTS (
        SELECT FROM catalog_historicalgenre
        WHERE history_type = '~' AND history_date > now() - interval '26 hours'
    ) AS have_moved
), tagged AS (
    SELECT book.id, book.ean,
        ARRAY(
            SELECT tag FROM unnest(book.tags) tag
            WHERE tag NOT IN (-31, -32) AND (tag < 0 OR NOT have_moved) ORDER BY tag
        ) AS tags,
        ARRAY(
            SELECT tag FROM unnest(
                catalog_facet_tags(format, published_on, pages, 0, 0, language)
                || CASE WHEN have_moved THEN '{}' ELSE catalog_genre_tags(book.id) END
            ) tag ORDER BY tag
        ) AS wanted
    FROM catalog_book book, genres
)
SELECT id, ean, tags, wanted FROM tagged WHERE tags <> wanted ORDER BY id
"""
# A trigger gives the facets to whatever is written. What differs is as in TAGS, and no genre is left out.
TAG = """
UPDATE catalog_book SET tags = catalog_genre_tags(id)
WHERE id = ANY(%(keys)s::bigint[])
    AND ARRAY(SELECT tag FROM unnest(tags) tag WHERE tag NOT IN (-31, -32) ORDER BY tag) <> ARRAY(
        SELECT tag FROM unnest(
            catalog_facet_tags(format, published_on, pages, 0, 0, language) || catalog_genre_tags(id)
        ) tag ORDER BY tag
    )
RETURNING id
"""

CHECKS = [
    Check(
        "stock",
        "Stock is the sum of the movements of a book",
        of=Book,
        differing=STOCK,
        says="book {} ({}): stock {}, movements {}",
    ),
    Check(
        "tags",
        "A book carries the tags of its genres and of what is known of it",
        of=Book,
        differing=TAGS,
        says="book {} ({}): tags {}, should be {}",
        repair=TAG,
    ),
]
