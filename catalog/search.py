"""How words become a query of PostgreSQL's full-text search."""

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Func, Value

# A text search configuration of our own: accents folded, English stems, no stop words, since
# "It" and "Them" are titles. The first migration makes it.
SEARCH_CONFIG = "bookstore"

# Printers' marks and what stands for them on a keyboard. A PostgreSQL whose LC_CTYPE is C takes them
# for letters, so we replace them on both sides ourselves, and search is the same on every server.
_MARKS = str.maketrans(
    {**dict.fromkeys("‘’ʼ´`", "'"), **dict.fromkeys("“”„«»‹›¡¿–—―‐‑…·\u00a0\u2009\u202f", " ")}
)
_FROM = "".join(map(chr, _MARKS))
_TO = "".join(str(mark) for mark in _MARKS.values())


def plain(column: str) -> Func:
    """A column's text with plain marks, as an expression that may stand in an index."""
    return Func(F(column), Value(_FROM), Value(_TO), function="translate")


def search_query(words: str) -> SearchQuery:
    """A query for books that hold all of `words`; punctuation alone matches nothing."""
    return SearchQuery(words.translate(_MARKS), config=SEARCH_CONFIG, search_type="plain")
