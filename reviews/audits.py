"""What of reviews `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check
from catalog.models import Book

from .models import Review

RATINGS = """
WITH told AS (
    SELECT coalesce(book.work_id, -book.id) AS work, ARRAY[
        count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
        count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4),
        count(*) FILTER (WHERE rating = 5)
    ]::int[] AS stars, count(*) AS count, sum(rating) AS sum
    FROM reviews_review review JOIN catalog_book book ON book.id = review.book_id
    WHERE review.deleted_at IS NULL GROUP BY 1
)
SELECT book.id, book.ean, book.rating_counts, book.rating_count, book.rating_sum,
    coalesce(told.stars, '{0,0,0,0,0}'), coalesce(told.count, 0), coalesce(told.sum, 0)
FROM catalog_book book LEFT JOIN told ON told.work = coalesce(book.work_id, -book.id)
WHERE (book.rating_counts, book.rating_count, book.rating_sum) IS DISTINCT FROM (
    coalesce(told.stars, '{0,0,0,0,0}'), coalesce(told.count, 0), coalesce(told.sum, 0)
)
ORDER BY book.id
"""
RATE = """
UPDATE catalog_book book SET
    rating_counts = told.stars, rating_count = told.count, rating_sum = told.sum
FROM (
    SELECT edition.id, ARRAY[
        count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
        count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4),
        count(*) FILTER (WHERE rating = 5)
    ]::int[] AS stars, count(rating) AS count, coalesce(sum(rating), 0) AS sum
    FROM catalog_book edition LEFT JOIN LATERAL (
        SELECT review.rating FROM reviews_review review
        JOIN catalog_book other ON other.id = review.book_id
        WHERE review.deleted_at IS NULL
            AND (other.id = edition.id OR other.work_id = edition.work_id)
    ) review ON true
    WHERE edition.id = ANY(%(keys)s::bigint[]) GROUP BY edition.id
) told
WHERE book.id = told.id AND book.rating_counts <> told.stars RETURNING book.id
"""

WORKS = """
SELECT review.id, review.work_key, coalesce(book.work_id, -book.id)
FROM reviews_review review JOIN catalog_book book ON book.id = review.book_id
WHERE review.work_key <> coalesce(book.work_id, -book.id)
ORDER BY review.id
"""

VOTES = """
SELECT review.id, review.helpful_count, coalesce(votes.count, 0)
FROM reviews_review review
LEFT JOIN (
    SELECT review_id, count(*) AS count FROM reviews_reviewvote GROUP BY review_id
) votes ON votes.review_id = review.id
WHERE review.helpful_count <> coalesce(votes.count, 0)
ORDER BY review.id
"""
COUNTED = """
SELECT count(*) FROM reviews_reviewvote WHERE review_id = reviews_review.id
"""
COUNT = f"""
UPDATE reviews_review SET helpful_count = ({COUNTED})
WHERE id = ANY(%(keys)s::bigint[]) AND helpful_count <> ({COUNTED}) RETURNING id
"""

# The worker looks every ten minutes (reviews/unbought.py); what an hour has not mended is a fault.
UNBOUGHT = """
SELECT review.id, book.ean
FROM reviews_review review JOIN catalog_book book ON book.id = review.book_id
WHERE review.deleted_at IS NULL AND review.user_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM shop_orderitem line JOIN shop_order bought ON bought.id = line.order_id
    WHERE line.book_id = review.book_id AND bought.user_id = review.user_id AND (
        (bought.status = 'confirmed' AND bought.erased_at IS NULL)
        OR (bought.status = 'cancelled' AND bought.closed_at > now() - interval '1 hour')
    )
)
ORDER BY review.id
"""

CHECKS = [
    Check(
        "ratings",
        "The ratings of a book are those of the living reviews of its work",
        of=Book,
        differing=RATINGS,
        says="book {} ({}): ratings {}, {} in all, sum {}; reviews {}, {} in all, sum {}",
        repair=RATE,
    ),
    Check(
        "review-works",
        "A review is of the work of its book",
        of=Review,
        differing=WORKS,
        says="review {}: work {}, its book’s {}",
    ),
    Check(
        "votes",
        "A review was found helpful by as many as voted for it",
        of=Review,
        differing=VOTES,
        says="review {}: helpful {}, votes {}",
        repair=COUNT,
    ),
    Check(
        "readers",
        "A review names an edition that its writer bought here",
        of=Review,
        differing=UNBOUGHT,
        says="review {}: its writer has no paid order with {}",
    ),
]
