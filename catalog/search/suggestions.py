"""The tables behind the search box: what may be suggested, and the best of what many letters share.

What should be there is worked out beside them; then only rows that differ are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from catalog.folding import LONGEST_KEY, fold_words, title_key
from catalog.models import Contributor, Genre, Series, Suggestion

from .beginnings import shared_by_many

# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_344
BATCH = 10_000
# The best of a beginning that more spellings than this share are written down, since sorting all
# of them at each keystroke would take too long.
MANY = 100
BEST = 8  # of each kind
# A phrase is also found from each of its words on that has more letters than this.
LITTLE = 3

_MAKE_TABLES = """
DROP TABLE IF EXISTS pg_temp.spelt, pg_temp.wanted, pg_temp.best,
    pg_temp.wanted_prefix;
CREATE TEMPORARY TABLE spelt (kind text, id bigint, spelling text) ON COMMIT DROP;
CREATE TEMPORARY TABLE wanted (
    kind text, spelling text, label text, detail text, address text, weight int
) ON COMMIT DROP;
CREATE TEMPORARY TABLE best (prefix text, place int, id bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE wanted_prefix (prefix text, suggestions jsonb) ON COMMIT DROP;
"""

# Of editions with one title the one that sells best, for each work or, without one, byline.
_WANT_BOOKS = """
INSERT INTO pg_temp.wanted
SELECT DISTINCT ON (spelling, whose)
    'book', spelling, title, byline, '/books/' || ean || '/' || slug || '/', bestseller_rank
FROM (
    SELECT split_part(search_text, E'\\n', 1) COLLATE "C" AS spelling,
        coalesce('#' || work_id, split_part(search_text, E'\\n', 3)) COLLATE "C" AS whose,
        id, title, byline, ean, slug, bestseller_rank
    FROM catalog_book WHERE withdrawn_at IS NULL
) book
WHERE spelling <> ''
ORDER BY spelling, whose, bestseller_rank DESC, id
"""
# Weights are compared inside a kind alone: an author's is what all their books sell, and if none
# has been sold, how many they are.
_WANT_AUTHORS = """
INSERT INTO pg_temp.wanted
SELECT 'author', spelt.spelling, author.name, counted.books, '/authors/' || author.slug || '/',
    least(counted.weight, 2147483647)
FROM (
    SELECT contributor_id, count(DISTINCT book_id) AS books,
        count(DISTINCT book_id) + sum(bestseller_rank) AS weight
    FROM catalog_contribution JOIN catalog_book book ON book.id = book_id
    WHERE withdrawn_at IS NULL GROUP BY contributor_id
) counted
JOIN catalog_contributor author ON author.id = counted.contributor_id
JOIN pg_temp.spelt ON (spelt.kind, spelt.id) = ('author', author.id)
"""
_WANT_SERIES = """
INSERT INTO pg_temp.wanted
SELECT 'series', spelt.spelling, series.title, counted.books, '/series/' || series.slug || '/',
    least(counted.weight, 2147483647)
FROM (
    SELECT series_id, count(*) AS books, count(*) + sum(bestseller_rank) AS weight
    FROM catalog_book WHERE withdrawn_at IS NULL AND series_id IS NOT NULL GROUP BY series_id
) counted
JOIN catalog_series series ON series.id = counted.series_id
JOIN pg_temp.spelt ON (spelt.kind, spelt.id) = ('series', series.id)
"""
_WANT_GENRES = """
INSERT INTO pg_temp.wanted
SELECT 'genre', spelt.spelling, genre.name, genre.book_count, '/genres/' || genre.slug || '/',
    genre.book_count
FROM catalog_genre genre JOIN pg_temp.spelt ON (spelt.kind, spelt.id) = ('genre', genre.id)
WHERE genre.book_count > 0
"""

_DELETE = """
DELETE FROM catalog_suggestion old WHERE NOT EXISTS (
    SELECT FROM pg_temp.wanted new
    WHERE (new.kind, new.address, new.spelling) = (old.kind, old.address, old.spelling)
)
"""
_WRITE = """
MERGE INTO catalog_suggestion old USING pg_temp.wanted new
ON (new.kind, new.address, new.spelling) = (old.kind, old.address, old.spelling)
WHEN MATCHED AND (new.label, new.detail, new.weight) <> (old.label, old.detail, old.weight)
    THEN UPDATE SET label = new.label, detail = new.detail, weight = new.weight
WHEN NOT MATCHED THEN INSERT (kind, spelling, label, detail, address, weight)
    VALUES (new.kind, new.spelling, new.label, new.detail, new.address, new.weight)
"""

# Where many sell alike, as in a new shop, the shortest spelling is the likeliest.
BEST_FIRST = "weight DESC, length(spelling), address, spelling"
_BY_SPELLING = f"""
SELECT spelling, kind, row_number() OVER (PARTITION BY kind ORDER BY {BEST_FIRST}), id
FROM catalog_suggestion ORDER BY spelling COLLATE "C"
"""
_WANT_PREFIXES = """
INSERT INTO pg_temp.wanted_prefix
SELECT prefix, jsonb_agg(jsonb_build_array(kind, label, detail, address) ORDER BY place)
FROM pg_temp.best JOIN catalog_suggestion USING (id) GROUP BY prefix
"""
_DELETE_PREFIXES = """
DELETE FROM catalog_suggestionprefix old
WHERE NOT EXISTS (SELECT FROM pg_temp.wanted_prefix new WHERE new.prefix = old.prefix)
"""
_WRITE_PREFIXES = """
MERGE INTO catalog_suggestionprefix old USING pg_temp.wanted_prefix new ON new.prefix = old.prefix
WHEN MATCHED AND new.suggestions <> old.suggestions
    THEN UPDATE SET suggestions = new.suggestions
WHEN NOT MATCHED THEN INSERT (prefix, suggestions) VALUES (new.prefix, new.suggestions)
"""


def refresh() -> None:
    """Bring what the search box suggests up to date with what is on sale.

    Writes only rows that differ, all of them or none. Whoever else is at it is waited for.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_MAKE_TABLES)
        _spell(cursor)
        for statement in (_WANT_BOOKS, _WANT_AUTHORS, _WANT_SERIES, _WANT_GENRES):
            cursor.execute(statement)
        cursor.execute("ANALYZE pg_temp.wanted")
        if _rows_changed(cursor, _DELETE) + _rows_changed(cursor, _WRITE):
            cursor.execute("ANALYZE catalog_suggestion")
            _refresh_prefixes(cursor)


def _spell(cursor: CursorWrapper) -> None:
    """Write down how names and phrases are spelt; PostgreSQL could not fold them as we do."""
    for kind, spellings in (
        (Suggestion.Kind.AUTHOR, _of_names()),
        (Suggestion.Kind.SERIES, _of_phrases(Series.objects.values_list("pk", "title"))),
        (Suggestion.Kind.GENRE, _of_phrases(Genre.objects.values_list("pk", "name"))),
    ):
        _copy(cursor, "spelt", ((kind, *row) for row in spellings))


def _of_names() -> Iterator[tuple[int, str]]:
    """Names as they are written and, as in an index, surname first."""
    people = Contributor.objects.values_list("pk", "name", "sort_name")
    for pk, *names in people.iterator(chunk_size=BATCH):
        for spelling in {fold_words(name)[:LONGEST_KEY] for name in names} - {""}:
            yield pk, spelling


def _of_phrases(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """A phrase without its article, and what is left of it from each longer word on."""
    for pk, phrase in rows:
        words = title_key(phrase)[0][:LONGEST_KEY].split()
        starts = [at for at, word in enumerate(words) if at == 0 or len(word) > LITTLE]
        for spelling in {" ".join(words[start:]) for start in starts}:
            yield pk, spelling


def _refresh_prefixes(cursor: CursorWrapper) -> None:
    _copy(cursor, "best", _best_of_many())
    for statement in (_WANT_PREFIXES, _DELETE_PREFIXES, _WRITE_PREFIXES):
        cursor.execute(statement)


def _best_of_many() -> Iterator[tuple[str, int, int]]:
    """Beginnings that many spellings share, each with the ids of its best, in their order."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_BY_SPELLING)
        rows = (row for batch in iter(lambda: cursor.fetchmany(BATCH), []) for row in batch)
        for prefix, ids in shared_by_many(rows, many=MANY, keep=BEST):
            # Nobody's letters end in a space, once they are folded.
            if not prefix.endswith(" "):
                yield from ((prefix, place, pk) for place, pk in enumerate(ids))


def _copy(cursor: CursorWrapper, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    # In batches, since no rows can be fetched from one table while others go into another.
    for batch in batched(rows, BATCH):
        with cursor.copy(f"COPY pg_temp.{table} FROM STDIN") as copy:
            for row in batch:
                copy.write_row(row)


def _rows_changed(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return cursor.rowcount
