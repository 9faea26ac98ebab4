"""What follows for the whole catalogue from many new books: counts, ranks, suggestions, statistics."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from catalog import tasks as catalog_tasks
from catalog.models import Book

from . import tasks

# A feed whose new books are less than this part of the shop leaves it to the worker to rank and count.
SETTLED_FROM = 0.1
_LOADED = """
catalog_book, catalog_book_genres, catalog_booktext, catalog_contribution, catalog_contributor,
catalog_genre, catalog_publisher, catalog_series, catalog_work
"""
# What ranks, counts and spells the whole catalogue, in this order.
_FOLLOWING = (
    tasks.refresh_lists,
    tasks.count_facets,
    catalog_tasks.refresh_vocabulary,
    catalog_tasks.refresh_suggestions,
)
_SEARCHED = (
    "catalog_book_search_and_tags",
    "catalog_book_search_tier_0",
    "catalog_book_search_tier_1",
)


class StoppedUnsettled(Exception):
    """Somebody interrupted what comes after the books: these are in the shop."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Stopped. The books are loaded; lists and searches follow when the worker gets to it."
            )
        )


class Statistics:
    """What the database knows of the catalogue's size, kept fresh while it grows out of it.

    Otherwise an empty shop's plans would be used for its first 100,000 books, and read whole
    tables for each of them.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'catalog_book'::regclass")
            self.enough_for = cursor.fetchone()[0]

    def refresh(self, created: int) -> None:
        """Look at the tables again if more books were made than there were before."""
        if created > self.enough_for:
            self.enough_for = 3 * created
            analyze()


def settle_or_leave(created: int) -> bool:
    """Settle a shop with many new books; else have the worker do it, and return True.

    Only the whole catalogue can be ranked and counted: in a large shop that takes longer than a
    small feed, whose books are found and listed at once all the same. A feed that changed nothing
    may follow one that was broken off, so it is followed by the same.
    """
    if created >= SETTLED_FROM * Book.objects.count():
        settle()
        return False
    _clean_search_indexes()
    for task in _FOLLOWING:
        task.enqueue()
    return True


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_LOADED}")


def settle() -> None:
    """What lists and searches need after many new books, so that the next page is not slow."""
    # Without fresh statistics the counts of genres alone can take minutes.
    analyze()
    _clean_search_indexes()
    for task in _FOLLOWING:
        task.call()


def settle_loaded() -> None:
    """Settle for a command whose books are in. Raises StoppedUnsettled instead of KeyboardInterrupt."""
    try:
        settle()
    except KeyboardInterrupt as error:
        raise StoppedUnsettled from error


def _clean_search_indexes() -> None:
    with connection.cursor() as cursor:
        for index in _SEARCHED:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
