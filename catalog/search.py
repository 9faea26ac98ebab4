"""How words become a query of PostgreSQL's full-text search."""

from django.contrib.postgres.search import SearchQuery

# A text search configuration of our own: accents folded, English stems, no stop words, since
# "It" and "Them" are titles. The first migration makes it.
SEARCH_CONFIG = "bookstore"


def search_query(words: str) -> SearchQuery:
    """A query for books that hold all of `words`; punctuation alone matches nothing."""
    return SearchQuery(words, config=SEARCH_CONFIG, search_type="plain")
