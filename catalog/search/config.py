"""What the index and the queries of search have in common."""

# A text search configuration of our own: accents folded, English stems, no stop words, since
# "It" and "Them" are titles. The first migration makes it.
SEARCH_CONFIG = "bookstore"
