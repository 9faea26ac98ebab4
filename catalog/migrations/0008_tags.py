"""Tags of books: given by the database, so that no writer can forget them (see catalog/tags.py)."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION catalog_language_tag(code text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN code ~ '^[a-z]{2}([^a-z]|$)'
        THEN -10000 - ((ascii(code) - 96) * 27 + ascii(substr(code, 2)) - 96)
    WHEN code ~ '^[a-z]{3}([^a-z]|$)'
        THEN -10000 - (((ascii(code) - 96) * 27 + ascii(substr(code, 2)) - 96) * 27
            + ascii(substr(code, 3)) - 96)
    END
$$;

CREATE FUNCTION catalog_facet_tags(
    format text, published_on date, pages int, rating_sum int, rating_count int, language text
) RETURNS int[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY[
        CASE format WHEN 'paperback' THEN -1 WHEN 'pocket' THEN -2 WHEN 'hardback' THEN -3
            WHEN 'clothbound' THEN -4 WHEN 'large_print' THEN -5 END,
        CASE WHEN published_on IS NULL THEN NULL
            WHEN published_on < '1900-01-01' THEN -11 WHEN published_on < '1950-01-01' THEN -12
            WHEN published_on < '1980-01-01' THEN -13 WHEN published_on < '2000-01-01' THEN -14
            WHEN published_on < '2010-01-01' THEN -15 WHEN published_on < '2020-01-01' THEN -16
            ELSE -17 END,
        CASE WHEN pages IS NULL THEN NULL
            WHEN pages < 150 THEN -21 WHEN pages <= 350 THEN -22 ELSE -23 END,
        -- The mean as cards show it, in tenths.
        CASE WHEN (20 * rating_sum + rating_count) / nullif(2 * rating_count, 0) >= 40 THEN -31 END,
        CASE WHEN (20 * rating_sum + rating_count) / nullif(2 * rating_count, 0) >= 30 THEN -32 END,
        catalog_language_tag(language)
    ], NULL)
$$;

CREATE FUNCTION catalog_genre_tags(book bigint) RETURNS int[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE branch AS (
        SELECT genre.id, genre.parent_id
        FROM catalog_book_genres link JOIN catalog_genre genre ON genre.id = link.genre_id
        WHERE link.book_id = book
        UNION
        SELECT above.id, above.parent_id
        FROM catalog_genre above JOIN branch ON above.id = branch.parent_id
    )
    SELECT coalesce(array_agg(id::int ORDER BY id), '{}') FROM branch
$$;
"""

TRIGGERS = """
-- Genres stand first, in the order in which they were given; facets follow from the book's columns.
CREATE FUNCTION catalog_tag_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tags := ARRAY(SELECT tag FROM unnest(NEW.tags) tag WHERE tag > 0) || catalog_facet_tags(
        NEW.format, NEW.published_on, NEW.pages, NEW.rating_sum, NEW.rating_count, NEW.language);
    RETURN NEW;
END $$;

-- Ratings change all day, and tags stand in an index: they follow when the worker ranks the book.
CREATE TRIGGER catalog_book_tagged
    BEFORE INSERT OR UPDATE OF tags, format, published_on, pages, rating_rank, language
    ON catalog_book FOR EACH ROW EXECUTE FUNCTION catalog_tag_book();

-- As catalog_genre_tags() would, but for all books of a statement at once: imports link thousands.
-- A book that was made with the right genres already is not written again. The books are locked
-- first: the second statement then sees the links of whoever changed the same book just now.
CREATE FUNCTION catalog_tag_genres() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM catalog_book WHERE id IN (SELECT book_id FROM changed_links)
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

CREATE TRIGGER catalog_book_genres_added
    AFTER INSERT ON catalog_book_genres REFERENCING NEW TABLE AS changed_links
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_tag_genres();
CREATE TRIGGER catalog_book_genres_removed
    AFTER DELETE ON catalog_book_genres REFERENCING OLD TABLE AS changed_links
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_tag_genres();

UPDATE catalog_book SET tags = catalog_genre_tags(id);
"""
BACK = """
DROP TRIGGER catalog_book_genres_removed ON catalog_book_genres;
DROP TRIGGER catalog_book_genres_added ON catalog_book_genres;
DROP TRIGGER catalog_book_tagged ON catalog_book;
DROP FUNCTION catalog_tag_genres();
DROP FUNCTION catalog_tag_book();
DROP FUNCTION catalog_genre_tags(bigint);
DROP FUNCTION catalog_facet_tags(text, date, int, int, int, text);
DROP FUNCTION catalog_language_tag(text);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_search_folded_text")]

    operations = [
        migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK),
    ]
