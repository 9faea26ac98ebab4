"""Lock no book that this transaction made: nobody else sees it, and a feed makes thousands."""

from django.db import migrations

# Otherwise as in 0008_tags.
FUNCTION = """
CREATE OR REPLACE FUNCTION catalog_tag_genres() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM catalog_book WHERE id IN (SELECT book_id FROM changed_links){own}
    ORDER BY id FOR NO KEY UPDATE;
    WITH RECURSIVE touched AS MATERIALIZED (
        SELECT DISTINCT book_id FROM changed_links
    ), branch AS (
        SELECT link.book_id, genre.id, genre.parent_id
        FROM touched JOIN catalog_book_genres link ON link.book_id = touched.book_id
        JOIN catalog_genre genre ON genre.id = link.genre_id
        UNION
        SELECT branch.book_id, above.id, above.parent_id
        FROM catalog_genre above JOIN branch ON above.id = branch.parent_id
    ), linked AS MATERIALIZED (
        SELECT book_id AS id, array_remove(array_agg(branch.id::int ORDER BY branch.id), NULL)
            AS genres
        FROM touched LEFT JOIN branch USING (book_id) GROUP BY book_id
    ), differing AS MATERIALIZED (
        SELECT book.id, linked.genres FROM catalog_book book JOIN linked ON linked.id = book.id
        WHERE ARRAY(SELECT tag FROM unnest(book.tags) tag WHERE tag > 0 ORDER BY tag)
            IS DISTINCT FROM linked.genres
    )
    UPDATE catalog_book SET tags = differing.genres FROM differing
    WHERE catalog_book.id = differing.id;
    RETURN NULL;
END $$;
"""
OWN = " AND xmin <> pg_current_xact_id()::xid"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0016_quicker_tags")]

    operations = [migrations.RunSQL(FUNCTION.format(own=OWN), FUNCTION.format(own=""))]
