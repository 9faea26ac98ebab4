"""The database keeps the ratings of every edition of a work, and knows which work a review is of."""

from django.db import migrations

# Whoever asks for a review's work gets the book's own word for it.
WORK = """
CREATE FUNCTION reviews_set_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.work_key := (SELECT coalesce(work_id, -id) FROM catalog_book WHERE id = NEW.book_id);
    RETURN NEW;
END $$;

CREATE TRIGGER reviews_review_of_a_work
    BEFORE INSERT OR UPDATE OF book_id, work_key ON reviews_review
    FOR EACH ROW EXECUTE FUNCTION reviews_set_work();
"""
WORK_BACK = """
DROP TRIGGER reviews_review_of_a_work ON reviews_review;
DROP FUNCTION reviews_set_work();
"""

# Counted anew under the lock of the books, by ascending key as all writers lock them: whoever had
# the lock before has committed, and each statement of a function sees that. No index of the book
# is rewritten for it.
COUNT = """
CREATE FUNCTION reviews_lock_books(works bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM catalog_book book
    WHERE book.work_id = ANY (works) OR book.id = ANY (ARRAY(SELECT -work FROM unnest(works) work))
    ORDER BY book.id FOR NO KEY UPDATE;
END $$;

CREATE FUNCTION reviews_rate_books(works bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(works) = 0 THEN
        RETURN;
    END IF;
    PERFORM reviews_lock_books(works);
    WITH told AS MATERIALIZED (
        SELECT wanted.work, ARRAY[
            count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
            count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4),
            count(*) FILTER (WHERE rating = 5)
        ]::int[] AS stars
        FROM unnest(works) wanted (work) LEFT JOIN reviews_review review
            ON review.work_key = wanted.work AND review.deleted_at IS NULL
        GROUP BY wanted.work
    ), edition AS MATERIALIZED (
        SELECT id, work_id AS work FROM catalog_book WHERE work_id = ANY (works)
        UNION ALL
        SELECT id, -id FROM catalog_book
        WHERE id = ANY (ARRAY(SELECT -work FROM unnest(works) work)) AND work_id IS NULL
    )
    UPDATE catalog_book book SET
        rating_counts = stars,
        rating_count = stars[1] + stars[2] + stars[3] + stars[4] + stars[5],
        rating_sum = stars[1] + 2 * stars[2] + 3 * stars[3] + 4 * stars[4] + 5 * stars[5]
    FROM edition JOIN told USING (work)
    WHERE book.id = edition.id AND book.rating_counts <> stars;
END $$;
"""
COUNT_BACK = """
DROP FUNCTION reviews_rate_books(bigint[]);
DROP FUNCTION reviews_lock_books(bigint[]);
"""

# A book may get another work while its review is being written: then the review learns of it once
# it has the lock, and the change counts for both works.
REVIEWS = """
CREATE FUNCTION reviews_review_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    works bigint[] := ARRAY(SELECT DISTINCT work_key FROM new_reviews);
BEGIN
    PERFORM reviews_lock_books(works);
    UPDATE reviews_review review SET work_key = 0 FROM catalog_book book
    WHERE review.id IN (SELECT id FROM new_reviews) AND book.id = review.book_id
        AND review.work_key <> coalesce(book.work_id, -book.id);
    PERFORM reviews_rate_books(works);
    RETURN NULL;
END $$;

CREATE FUNCTION reviews_review_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reviews_rate_books(ARRAY(
        SELECT work_key FROM (
            (SELECT id, work_key, rating, deleted_at IS NULL FROM old_reviews
             EXCEPT SELECT id, work_key, rating, deleted_at IS NULL FROM new_reviews)
            UNION ALL
            (SELECT id, work_key, rating, deleted_at IS NULL FROM new_reviews
             EXCEPT SELECT id, work_key, rating, deleted_at IS NULL FROM old_reviews)
        ) differing GROUP BY work_key
    ));
    RETURN NULL;
END $$;

CREATE FUNCTION reviews_review_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reviews_rate_books(ARRAY(SELECT DISTINCT work_key FROM old_reviews));
    RETURN NULL;
END $$;

CREATE TRIGGER reviews_review_added
    AFTER INSERT ON reviews_review REFERENCING NEW TABLE AS new_reviews
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_review_added();
CREATE TRIGGER reviews_review_changed
    AFTER UPDATE ON reviews_review REFERENCING OLD TABLE AS old_reviews NEW TABLE AS new_reviews
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_review_changed();
CREATE TRIGGER reviews_review_forgotten
    AFTER DELETE ON reviews_review REFERENCING OLD TABLE AS old_reviews
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_review_forgotten();
"""
REVIEWS_BACK = """
DROP TRIGGER reviews_review_forgotten ON reviews_review;
DROP TRIGGER reviews_review_changed ON reviews_review;
DROP TRIGGER reviews_review_added ON reviews_review;
DROP FUNCTION reviews_review_forgotten();
DROP FUNCTION reviews_review_changed();
DROP FUNCTION reviews_review_added();
"""

# A reader who has living reviews of two books that become one work keeps the newer one. A new
# edition has the ratings of its work from the start: its siblings are locked, but for those of the
# same feed, so that no review of theirs is missed. A shop without reviews pays for neither.
BOOKS = """
CREATE FUNCTION reviews_book_changed_work() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint := coalesce(OLD.work_id, -OLD.id);
    after bigint := coalesce(NEW.work_id, -NEW.id);
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_review) THEN
        RETURN NULL;
    END IF;
    PERFORM reviews_lock_books(ARRAY[before, after]);
    WITH ranked AS (
        SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC, id DESC) AS place
        FROM reviews_review
        WHERE (work_key = after OR book_id = NEW.id) AND deleted_at IS NULL AND user_id IS NOT NULL
    )
    UPDATE reviews_review review SET deleted_at = clock_timestamp(), deleted_by = 'merged'
    FROM ranked WHERE ranked.id = review.id AND place > 1;
    UPDATE reviews_review SET work_key = after WHERE book_id = NEW.id AND work_key <> after;
    PERFORM reviews_rate_books(ARRAY[before, after]);
    RETURN NULL;
END $$;

CREATE FUNCTION reviews_book_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_review) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM catalog_book WHERE work_id IN (SELECT work_id FROM new_books)
        AND xmin <> pg_current_xact_id()::xid
    ORDER BY id FOR NO KEY UPDATE;
    PERFORM reviews_rate_books(ARRAY(
        SELECT DISTINCT work_key FROM reviews_review
        WHERE work_key IN (SELECT work_id FROM new_books) AND deleted_at IS NULL
    ));
    RETURN NULL;
END $$;

CREATE TRIGGER reviews_book_changed_work
    AFTER UPDATE OF work_id ON catalog_book
    FOR EACH ROW WHEN (OLD.work_id IS DISTINCT FROM NEW.work_id)
    EXECUTE FUNCTION reviews_book_changed_work();
CREATE TRIGGER reviews_book_added
    AFTER INSERT ON catalog_book REFERENCING NEW TABLE AS new_books
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_book_added();
"""
BOOKS_BACK = """
DROP TRIGGER reviews_book_added ON catalog_book;
DROP TRIGGER reviews_book_changed_work ON catalog_book;
DROP FUNCTION reviews_book_added();
DROP FUNCTION reviews_book_changed_work();
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_reviews"), ("catalog", "0022_rating_counts")]

    operations = [
        migrations.RunSQL(WORK, WORK_BACK),
        migrations.RunSQL(COUNT, COUNT_BACK),
        migrations.RunSQL(REVIEWS, REVIEWS_BACK),
        migrations.RunSQL(BOOKS, BOOKS_BACK),
    ]
