"""Genres in the tags of books, made right again after a genre has moved.

Triggers follow the genres of each book, but not the way from a genre up to the top.
"""

from .batches import rewrite_books

_DIFFERING = """
SELECT book.id FROM catalog_book book
WHERE ARRAY(SELECT tag FROM unnest(book.tags) tag WHERE tag > 0 ORDER BY tag)
    <> catalog_genre_tags(book.id)
"""


def retag_genre(genre_id: int) -> int:
    """Retag the books of a genre and of all genres below it; returns how many were written."""
    # Wherever the genre stands now, those are the books that carry its own tag.
    return _retag(f"{_DIFFERING} AND book.tags @> ARRAY[{genre_id:d}]")


def retag_all() -> int:
    """Retag whatever book differs, and return how many did."""
    return _retag(_DIFFERING)


def _retag(differing: str) -> int:
    return rewrite_books(differing=differing, change="tags = catalog_genre_tags(catalog_book.id)")
