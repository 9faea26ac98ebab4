"""Lock the siblings of a new edition before looking for reviews: the very first may be on its way.

Whoever writes it has locked them too, so that the later of the two sees what the other did.
"""

from django.db import migrations

# Otherwise as in 0002_ratings_of_books.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION reviews_book_changed_work() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint := coalesce(OLD.work_id, -OLD.id);
    after bigint := coalesce(NEW.work_id, -NEW.id);
BEGIN
    {first}PERFORM reviews_lock_books(ARRAY[before, after]);
    {then}WITH ranked AS (
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

CREATE OR REPLACE FUNCTION reviews_book_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {first}PERFORM FROM catalog_book WHERE work_id IN (SELECT work_id FROM new_books)
        AND xmin <> pg_current_xact_id()::xid
    ORDER BY id FOR NO KEY UPDATE;
    {then}PERFORM reviews_rate_books(ARRAY(
        SELECT DISTINCT work_key FROM reviews_review
        WHERE work_key IN (SELECT work_id FROM new_books) AND deleted_at IS NULL
    ));
    RETURN NULL;
END $$;
"""
LOOK = """IF NOT EXISTS (SELECT FROM reviews_review) THEN
        RETURN NULL;
    END IF;
    """


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_books_that_part_again")]

    operations = [
        migrations.RunSQL(
            FUNCTIONS.format(first="", then=LOOK), FUNCTIONS.format(first=LOOK, then="")
        )
    ]
