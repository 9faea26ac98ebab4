"""What feeds have made of the catalogue, by names and numbers that do not depend on when they came."""

from decimal import Decimal
from typing import Any

from django.db import connection

from shop.models import FeedRun

_OF_BOOKS = {
    "books": """
        SELECT to_jsonb(book)
            - '{id,work_id,publisher_id,series_id,tags,added_at,bestseller_rank}'::text[]
            || jsonb_build_object('work', work.key)
        FROM catalog_book book LEFT JOIN catalog_work work ON work.id = book.work_id
        ORDER BY book.ean
    """,
    "people": """
        SELECT book.ean, person.name, line.role, line.position
        FROM catalog_contribution line JOIN catalog_book book ON book.id = line.book_id
        JOIN catalog_contributor person ON person.id = line.contributor_id ORDER BY 1, 4, 2
    """,
    "genres": """
        SELECT book.ean, genre.slug FROM catalog_book_genres link
        JOIN catalog_book book ON book.id = link.book_id
        JOIN catalog_genre genre ON genre.id = link.genre_id ORDER BY 1, 2
    """,
    "texts": """
        SELECT book.ean, said.description FROM catalog_booktext said
        JOIN catalog_book book ON book.id = said.book_id ORDER BY 1
    """,
    "records": """
        SELECT record.reference, book.ean, record.sent_at, record.deleted_at IS NULL, record.withdrew
        FROM catalog_feedrecord record JOIN catalog_book book ON book.id = record.book_id
        ORDER BY 1
    """,
    "prices": """
        SELECT book.ean, change.new_price FROM catalog_pricechange change
        JOIN catalog_book book ON book.id = change.book_id ORDER BY 1, change.id
    """,
    "stock": """
        SELECT book.ean, movement.quantity, movement.reason FROM catalog_stockmovement movement
        JOIN catalog_book book ON book.id = movement.book_id ORDER BY 1, movement.id
    """,
}


def catalogue() -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in _OF_BOOKS.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found


def fingerprints() -> dict[str, tuple[int, Decimal]]:
    """The same of a catalogue that is too large to hold: of each, how many, and the sum of their hashes."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in _OF_BOOKS.items():
            summed = "count(*), sum(hashtextextended(said::text, 0)::numeric)"
            cursor.execute(f"SELECT {summed} FROM ({query}) said")
            found[name] = cursor.fetchone()
    return found


def last_run() -> dict[str, Any]:
    """Its counts, and what was wrong with its file."""
    run = FeedRun.objects.latest("pk")
    counts = {name: getattr(run, name) for name in (*FeedRun.COUNTS, "records", "position")}
    return {**counts, "state": run.state, "problems": [row.told() for row in run.problems.all()]}
