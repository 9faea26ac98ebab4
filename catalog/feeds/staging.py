"""The tables in which a batch of a feed stands while it is compared with the shop's books.

They belong to one connection, and are empty again after each transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper


class Column(NamedTuple):
    """A column that rows of feeds and books share; a row that says nothing has NULL in it."""

    type: str
    # What a new book has there if its row says nothing.
    default: str = "''"


SHARED = {
    "title": Column("text"),
    "subtitle": Column("text"),
    "byline": Column("text"),
    "language": Column("text"),
    "publisher_name": Column("text"),
    "series_title": Column("text"),
    "series_number": Column("text"),
    "published_on": Column("date", "NULL"),
    "published_precision": Column("text", "'day'"),
    "on_sale_on": Column("date", "NULL"),
    "publishing_status": Column("text"),
    "pages": Column("int", "NULL"),
    "height_mm": Column("smallint", "NULL"),
    "width_mm": Column("smallint", "NULL"),
    "thickness_mm": Column("smallint", "NULL"),
    "weight_g": Column("int", "NULL"),
    "format": Column("text"),
    "price": Column("numeric(10, 2)", "%(price)s"),
    "outside_rating": Column("numeric(3, 2)", "NULL"),
    "outside_ratings": Column("int", "0"),
    "tax_class": Column("text", "'book'"),
}
_TABLES = {
    # What the feed says. A line is a row's place in the batch; `people` has one on each line.
    "feed_row": {
        "line": "int",
        "ean": "text",
        **{name: column.type for name, column in SHARED.items()},
        "people": "text",
        "genres": "bigint[]",
        "description": "text",
    },
    # The books that are made or changed, in what, and what follows for them from the row.
    "feed_book": {
        "line": "int",
        "book_id": "bigint",
        "is_new": "bool",
        "itself": "bool",
        "genres": "bool",
        "description": "bool",
        "slug": "text",
        "sort_title": "text",
        "search_text": "text",
        "cover_mood": "text",
        "tags": "int[]",
        "work_key": "text",
        "work_title": "text",
    },
    # The people of the books whose people differ.
    "feed_person": {"book_id": "bigint", "position": "int", "role": "text", "name": "text"},
}


def clear(cursor: CursorWrapper) -> None:
    """Make the tables, or empty them."""
    for table, columns in _TABLES.items():
        types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({types}) ON COMMIT DELETE ROWS")
        cursor.execute(f"DELETE FROM {table}")


def copy(cursor: Any, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows, each with the values of all columns in their order."""
    with cursor.copy(f"COPY {table} ({', '.join(_TABLES[table])}) FROM STDIN") as lines:
        for row in rows:
            lines.write_row(row)
