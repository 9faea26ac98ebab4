"""The words of the catalogue: how many books hold each, and which are spelt nearly alike."""

from __future__ import annotations

from itertools import combinations

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# After SymSpell (Wolf Garbe, 2012): two words within two slips of each other have a spelling in
# common when up to two letters are left out of the first seven of each.
PREFIX = 7
SHORTEST, LONGEST = 3, 30
# Shorter words have too many neighbours at two slips.
TWO_SLIPS_FROM = 6
# Any number, as long as nothing else in this database locks it.
_LOCK = 7_220_342

# Titles, names and series; subtitles and publishers would teach it too many odd words.
_SPELT = """
SELECT to_tsvector('simple', concat_ws(' ', split_part(search_text, E'\\n', 1),
    split_part(search_text, E'\\n', 2), split_part(search_text, E'\\n', 3),
    split_part(search_text, E'\\n', 5)))
FROM catalog_book WHERE withdrawn_at IS NULL
"""
_STEMMED = "SELECT search FROM catalog_book WHERE withdrawn_at IS NULL"


def deletions(word: str) -> list[str]:
    """The beginning of `word`, with every one of its letters left out, and every two if it is long."""
    prefix = word[:PREFIX]
    most = 2 if len(word) >= TWO_SLIPS_FROM else 1
    found = {
        "".join(letter for place, letter in enumerate(prefix) if place not in left_out)
        for number in range(most + 1)
        for left_out in combinations(range(len(prefix)), number)
    }
    return sorted(found)


def refresh() -> None:
    """Bring Lexeme and Word up to date with the books on sale. Writes only rows that differ."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _refresh_lexemes(cursor)
        _refresh_words(cursor)
        cursor.execute("DROP TABLE present_lexeme, present_word")


def _refresh_lexemes(cursor: CursorWrapper) -> None:
    cursor.execute(
        "CREATE TEMP TABLE present_lexeme AS SELECT word AS lexeme, ndoc AS books FROM ts_stat(%s)",
        [_STEMMED],
    )
    cursor.execute(
        "DELETE FROM catalog_lexeme old WHERE NOT EXISTS"
        " (SELECT FROM present_lexeme new WHERE new.lexeme = old.lexeme)"
    )
    cursor.execute(
        "INSERT INTO catalog_lexeme AS old (lexeme, books) SELECT lexeme, books FROM present_lexeme"
        " ON CONFLICT (lexeme) DO UPDATE SET books = excluded.books"
        " WHERE old.books IS DISTINCT FROM excluded.books"
    )


def _refresh_words(cursor: CursorWrapper) -> None:
    cursor.execute(
        "CREATE TEMP TABLE present_word AS SELECT word, ndoc AS books"
        " FROM ts_stat(%s) WHERE length(word) BETWEEN %s AND %s AND word !~ '[0-9]'",
        [_SPELT, SHORTEST, LONGEST],
    )
    cursor.execute(
        "DELETE FROM catalog_word old WHERE NOT EXISTS"
        " (SELECT FROM present_word new WHERE new.word = old.word)"
    )
    cursor.execute(
        "UPDATE catalog_word old SET books = new.books FROM present_word new"
        " WHERE new.word = old.word AND new.books <> old.books"
    )
    cursor.execute(
        "SELECT word, books FROM present_word new WHERE NOT EXISTS"
        " (SELECT FROM catalog_word old WHERE old.word = new.word)"
    )
    new_words = cursor.fetchall()
    with cursor.copy("COPY catalog_word (word, books, deletions) FROM STDIN") as copy:
        for word, books in new_words:
            copy.write_row((word, books, deletions(word)))
