"""The statements that bring a batch in staging into the catalogue, in the order of their use."""

from __future__ import annotations

from .staging import SHARED

_SAID = ", ".join(f"coalesce(said.{name}, book.{name})" for name in SHARED)
_KEPT = ", ".join(f"book.{name}" for name in SHARED)

# What else belongs to a book.
_PEOPLE = """(
    SELECT string_agg(link.role || person.name, E'\\n' ORDER BY link.position, link.id)
    FROM catalog_contribution link
    JOIN catalog_contributor person ON person.id = link.contributor_id
    WHERE link.book_id = book.id
)"""
_GENRES = (
    "ARRAY(SELECT genre_id FROM catalog_book_genres WHERE book_id = book.id ORDER BY genre_id)"
)
_TEXT = "(SELECT text.description FROM catalog_booktext text WHERE text.book_id = book.id)"

# Rows whose book is missing, or differs from them. OFFSET keeps each comparison from being made
# twice.
DIFFERING = f"""
SELECT line, book_id, itself, people, genres, description, lacks_work
FROM (
    SELECT said.line, book.id AS book_id,
        ROW({_SAID}) IS DISTINCT FROM ROW({_KEPT}) AS itself,
        said.people IS NOT NULL AND said.people IS DISTINCT FROM {_PEOPLE} AS people,
        said.genres IS NOT NULL AND said.genres <> {_GENRES} AS genres,
        said.description IS NOT NULL AND said.description IS DISTINCT FROM {_TEXT} AS description,
        said.people IS NOT NULL AND book.work_id IS NULL AS lacks_work
    FROM feed_row said LEFT JOIN catalog_book book ON book.ean = said.ean
    OFFSET 0
) compared
WHERE book_id IS NULL OR itself OR people OR genres OR description OR lacks_work
ORDER BY line
"""

_TOLD = {
    **{name: (f"book.{name}", f"said.{name}") for name in SHARED},
    "people": (_PEOPLE, "said.people"),
    "genres": (_GENRES, "said.genres"),
    "description": (_TEXT, "said.description"),
    "work": ("NULL", "CASE WHEN differing.lacks_work THEN said.title END"),
    "new": ("NULL", "said.title"),
}
_VALUES = ", ".join(
    f"({place}, '{name}', {before}::text, {after}::text)"
    for place, (name, (before, after)) in enumerate(_TOLD.items())
)
# The same rows, with each difference by itself. All that differs of a new book is that it is new.
DIFFERENCES = f"""
SELECT said.line, one.field, one.before, one.after
FROM ({DIFFERING}) differing
JOIN feed_row said ON said.line = differing.line
LEFT JOIN catalog_book book ON book.id = differing.book_id
CROSS JOIN LATERAL (VALUES {_VALUES}) one (place, field, before, after)
WHERE one.after IS NOT NULL AND one.after IS DISTINCT FROM one.before
    AND (one.field = 'new') = (book.id IS NULL)
ORDER BY said.line, one.place
"""

NEW_IDS = """
SELECT array_agg(nextval(pg_get_serial_sequence('catalog_book', 'id'))) FROM generate_series(1, %s)
"""

# The books that are there, and the editions of the works that a batch brings books to: those get
# new ratings, and whoever adds another one waits for them. All at once, in the order that all
# writers use. What follows from several fields is worked out from these.
LOCK = """
SELECT id, locked_fields, title, language, byline, subtitle, series_title, series_number, publisher_name
FROM catalog_book
WHERE id = ANY(%s) OR work_id = ANY(ARRAY(SELECT id FROM catalog_work WHERE key = ANY(%s)))
ORDER BY id FOR NO KEY UPDATE
"""

# A work is called what its first book is called.
MAKE_WORKS = """
INSERT INTO catalog_work (key, title)
SELECT DISTINCT ON (work_key) work_key, work_title FROM feed_book WHERE work_key IS NOT NULL
ORDER BY work_key, line
ON CONFLICT (key) DO NOTHING
"""

_REFERENCES = """
FROM feed_book target JOIN feed_row said ON said.line = target.line
LEFT JOIN catalog_publisher publisher ON publisher.name = said.publisher_name
LEFT JOIN catalog_series series ON series.title = said.series_title
LEFT JOIN catalog_work work ON work.key = target.work_key
"""
# New books come with their genres' tags, so that the trigger on the links writes none of them
# again, and with the rank that shop.lists gives a book that nobody has bought yet.
_INSERT = f"""
INSERT INTO catalog_book (
    id, ean, {", ".join(SHARED)}, publisher_id, series_id, work_id, slug, sort_title, search_text,
    cover_mood, tags, bestseller_rank, cover_image, added_at
)
SELECT target.book_id, said.ean,
    {", ".join(f"coalesce(said.{name}, {column.default})" for name, column in SHARED.items())},
    publisher.id, series.id, work.id, target.slug, target.sort_title, target.search_text,
    target.cover_mood, target.tags,
    least(round(60 * ln(1 + coalesce(said.outside_ratings, 0))), 999)::int, '', %(now)s
{_REFERENCES} WHERE target.is_new ORDER BY target.line
"""
_UPDATE = f"""
UPDATE catalog_book book
SET {", ".join(f"{name} = coalesce(wanted.{name}, book.{name})" for name in SHARED)},
    publisher_id = coalesce(wanted.publisher, book.publisher_id),
    series_id = coalesce(wanted.series, book.series_id),
    work_id = coalesce(book.work_id, wanted.work),
    slug = wanted.slug, sort_title = wanted.sort_title, search_text = wanted.search_text
FROM (
    SELECT said.*, target.book_id, target.slug, target.sort_title, target.search_text,
        publisher.id AS publisher, series.id AS series, work.id AS work
    {_REFERENCES} WHERE target.itself AND NOT target.is_new
) wanted
WHERE book.id = wanted.book_id
"""
_FORGET_PEOPLE = """
DELETE FROM catalog_contribution
WHERE book_id IN (
    SELECT book_id FROM feed_person EXCEPT SELECT book_id FROM feed_book WHERE is_new
)
"""
_ADD_PEOPLE = """
INSERT INTO catalog_contribution (book_id, contributor_id, role, position)
SELECT said.book_id, person.id, said.role, said.position
FROM feed_person said JOIN catalog_contributor person ON person.name = said.name
ORDER BY said.book_id, said.position
"""
# One statement, so that the triggers that tag books see only how it ends.
_LINK_GENRES = """
WITH gone AS (
    DELETE FROM catalog_book_genres link
    USING feed_book target JOIN feed_row said ON said.line = target.line
    WHERE link.book_id = target.book_id AND target.genres AND NOT target.is_new
        AND link.genre_id <> ALL (said.genres)
)
INSERT INTO catalog_book_genres (book_id, genre_id)
SELECT target.book_id, genre_id
FROM feed_book target JOIN feed_row said ON said.line = target.line, unnest(said.genres) genre_id
WHERE target.genres
ORDER BY target.book_id, genre_id
ON CONFLICT (book_id, genre_id) DO NOTHING
"""
_DESCRIBE = """
INSERT INTO catalog_booktext (book_id, description)
SELECT target.book_id, said.description
FROM feed_book target JOIN feed_row said ON said.line = target.line WHERE target.description
ORDER BY target.book_id
ON CONFLICT (book_id) DO UPDATE SET description = excluded.description
"""
WRITE = (_INSERT, _UPDATE, _FORGET_PEOPLE, _ADD_PEOPLE, _LINK_GENRES, _DESCRIBE)
