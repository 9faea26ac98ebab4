"""What the index and the queries of search have in common."""

from django.contrib.postgres.search import SearchQuery

from catalog.folding import fold_words

# A text search configuration of our own: accents folded, English stems, no stop words, since
# "It" and "Them" are titles. The first migration makes it.
SEARCH_CONFIG = "bookstore"


def search_query(words: str) -> SearchQuery:
    """A query for books that hold all of `words`; punctuation alone matches nothing."""
    return SearchQuery(fold_words(words), config=SEARCH_CONFIG, search_type="plain")
