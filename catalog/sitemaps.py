"""What the sitemaps list of the catalogue: every page that search engines are to know, in files.

A file holds the rows whose keys are in one range. So it stays as it is while the shop grows, and
nothing is counted. Django's own sitemaps count the rows, cut them into pages at whatever place they
come to, and take forty times as long over a file (0.7 s for 10,000 addresses).

No address has a date: prices and stock change by the minute, and no column says when what a reader
sees of a book last changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from bookstore.addresses import address_of
from bookstore.replicas.reading import catalogue_connection

from .models import Book, Contribution, Contributor, Genre, Publisher, Series

# Rows of a file. The protocol allows 50,000 addresses (sitemaps.org).
SIZE = 10_000

# The ranges that hold a row, each found from the one before it by one look into the key's index:
# feeds leave large gaps between keys.
_NUMBERS = """
WITH RECURSIVE file (number) AS (
    SELECT min(id) / {size} FROM {table} WHERE {condition}
    UNION ALL
    SELECT (
        SELECT min(id) FROM {table} WHERE id >= (number + 1) * {size} AND {condition}
    ) / {size} FROM file WHERE number IS NOT NULL
)
SELECT number FROM file WHERE number IS NOT NULL
"""


@dataclass(frozen=True)
class Kind:
    """Pages of one kind: the address they have, its parts by row, and which rows have such a page."""

    name: str
    parts: tuple[str, ...]
    rows: Callable[[], QuerySet[Any]]
    # What keeps whole files away, in SQL.
    condition: str = "TRUE"


def _with_books() -> Exists:
    return Exists(
        Contribution.objects.filter(contributor=OuterRef("pk"), book__withdrawn_at__isnull=True)
    )


def _has(column: str) -> Exists:
    return Exists(Book.objects.on_sale().filter(**{column: OuterRef("pk")}))


KINDS = {
    "books": Kind(
        "catalog:book_detail", ("ean", "slug"), Book.objects.on_sale, "withdrawn_at IS NULL"
    ),
    "genres": Kind(
        "catalog:genre_detail",
        ("slug",),
        lambda: Genre.objects.filter(book_count__gt=0),
        "book_count > 0",
    ),
    "authors": Kind(
        "catalog:author_detail", ("slug",), lambda: Contributor.objects.filter(_with_books())
    ),
    "series": Kind(
        "catalog:series_detail", ("slug",), lambda: Series.objects.filter(_has("series"))
    ),
    "publishers": Kind(
        "catalog:publisher_detail", ("slug",), lambda: Publisher.objects.filter(_has("publisher"))
    ),
}


def files() -> Iterator[tuple[str, int]]:
    """The kind and the number of each file that there is. One query for each kind."""
    for kind, pages in KINDS.items():
        table = pages.rows().model._meta.db_table
        with catalogue_connection().cursor() as cursor:
            cursor.execute(_NUMBERS.format(table=table, size=SIZE, condition=pages.condition))
            yield from [(kind, number) for (number,) in cursor.fetchall()]


def addresses(kind: str, number: int) -> list[str]:
    """The addresses in a file, in the order of their keys; none if it has no rows. One query."""
    pages = KINDS[kind]
    rows = pages.rows().filter(pk__gte=number * SIZE, pk__lt=(number + 1) * SIZE)
    found = rows.order_by("pk").values_list(*pages.parts)
    return [address_of(pages.name, *parts) for parts in found.iterator()]
