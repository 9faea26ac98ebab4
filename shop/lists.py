"""What lists are sorted, narrowed and counted by, brought up to date from what changes all day.

Only rows whose value changes are written, so a quiet shop rewrites no index.
"""

from datetime import date

from catalog import tags
from catalog.availability import FORBIDDEN, NOT_COMING
from catalog.batches import only_batch_job, rewrite_books
from catalog.sorts import TIER_0, TIER_1

# By sales: copies that were paid for and, among books that sell alike, how many readers elsewhere
# have rated them. By ratings: a Bayesian mean in thousandths, where five imaginary readers who
# gave 3.5 keep one vote from ruling.
_RANKS = """
WITH sold AS (
    SELECT item.book_id, sum(item.quantity) AS copies
    FROM shop_orderitem item JOIN shop_order placed ON placed.id = item.order_id
    WHERE placed.status = 'confirmed' GROUP BY item.book_id
), wanted AS (
    SELECT book.id,
        book.bestseller_rank AS old_bestseller_rank, book.rating_rank AS old_rating_rank,
        book.tier AS old_tier,
        1000 * least(coalesce(sold.copies, 0), 2000000)::int
            + least(round(60 * ln(1 + book.outside_ratings)), 999)::int AS bestseller_rank,
        CASE WHEN book.rating_count > 0
            THEN round(1000.0 * (book.rating_sum + 17.5) / (book.rating_count + 5))::int ELSE 0
        END AS rating_rank
    FROM catalog_book book LEFT JOIN sold ON sold.book_id = book.id
), placed AS (
    SELECT *, row_number() OVER (ORDER BY bestseller_rank DESC, id DESC) AS place FROM wanted
), tiered AS (
    SELECT *, (place > {tier_0})::int + (place > {tier_1})::int AS tier FROM placed
)
SELECT id, bestseller_rank, rating_rank, tier FROM tiered
WHERE (bestseller_rank, rating_rank, tier) <> (old_bestseller_rank, old_rating_rank, old_tier)
"""
_COPY = """
bestseller_rank = differing.bestseller_rank, rating_rank = differing.rating_rank,
tier = differing.tier
"""

# Books with the same tags are piled up first, and the piles by genres and one facet, so that few
# rows are left to be counted for every genre.
_COUNTS = """
WITH pile AS (
    SELECT tags, count(*) AS books,
        count(*) FILTER (
            WHERE stock > 0 AND price IS NOT NULL AND on_sale
                AND publishing_status <> ALL (%(forbidden)s)
        ) AS in_stock,
        count(*) FILTER (
            WHERE price IS NOT NULL AND NOT on_sale
                AND publishing_status <> ALL (%(not_coming)s)
        ) AS to_preorder
    FROM catalog_book, LATERAL (SELECT coalesce(on_sale_on <= %(today)s, true) AS on_sale) sale
    WHERE withdrawn_at IS NULL GROUP BY tags
), sorted AS MATERIALIZED (
    SELECT *, ARRAY(SELECT tag FROM unnest(tags) tag WHERE tag > 0) AS genres FROM pile
), shelf AS (
    SELECT sorted.genres, facet.tag, sum(facet.books) AS books
    FROM sorted, LATERAL (
        SELECT tag, sorted.books FROM unnest(sorted.tags) tag WHERE tag < 0
        UNION ALL VALUES (%(all_books)s, sorted.books), (%(in_stock)s, sorted.in_stock),
            (%(to_preorder)s, sorted.to_preorder)
    ) facet
    GROUP BY sorted.genres, facet.tag
), counted AS (
    SELECT scopes.scope, carried.tag, sum(shelf.books)::int AS books
    FROM shelf, LATERAL (
        SELECT 0 AS scope UNION ALL SELECT unnest(shelf.genres)
    ) scopes, LATERAL (
        SELECT shelf.tag UNION ALL SELECT unnest(shelf.genres) WHERE shelf.tag = %(all_books)s
    ) carried
    GROUP BY scopes.scope, carried.tag HAVING sum(shelf.books) > 0
), gone AS (
    DELETE FROM catalog_facetcount old
    WHERE NOT EXISTS (SELECT FROM counted WHERE (scope, tag) = (old.scope, old.tag))
), written AS (
    INSERT INTO catalog_facetcount (scope, tag, books)
    SELECT scope, tag, books FROM counted
    EXCEPT SELECT scope, tag, books FROM catalog_facetcount
    ON CONFLICT (scope, tag) DO UPDATE SET books = excluded.books
)
UPDATE catalog_genre SET book_count = wanted.books
FROM (
    SELECT genre.id, coalesce(counted.books, 0) AS books FROM catalog_genre genre
    LEFT JOIN counted ON (scope, tag) = (genre.id, %(all_books)s)
) wanted
WHERE catalog_genre.id = wanted.id AND catalog_genre.book_count <> wanted.books
"""


def rank_books() -> int:
    """Rank books by sales and by ratings, sort them into tiers, and return how many were written."""
    ranks = _RANKS.format(tier_0=TIER_0, tier_1=TIER_1)
    return rewrite_books(differing=ranks, change=_COPY)


def count_facets(*, today: date) -> None:
    """Count the books on sale for each genre, and for each facet in a genre and in the whole shop."""
    codes = {
        "all_books": tags.ALL_BOOKS,
        "in_stock": tags.IN_STOCK,
        "to_preorder": tags.TO_PREORDER,
    }
    with only_batch_job() as cursor:
        states = {"forbidden": list(FORBIDDEN), "not_coming": [*FORBIDDEN, *NOT_COMING]}
        cursor.execute(_COUNTS, {"today": today, **states, **codes})
