"""What belongs to a book and stands in other rows, all of it in one statement."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from bookstore.replicas.reading import catalogue_connection

from .models import Book, Contribution, Contributor, Publisher, Series
from .sorts import BOX

MOST_EDITIONS = 30
# Enough that a shelf of works is among them, though a work may have many editions.
CANDIDATES = 30

# A book, and what two editions of a work have in common: the work, or the book where it has none.
_PAIR = "ARRAY[book.id, coalesce(book.work_id, -book.id)]"
_OTHERS = "book.withdrawn_at IS NULL AND coalesce(book.work_id, -book.id) <> %(work)s"
_LIKE_THIS = """
book.language = %(language)s DESC, book.format = %(format)s DESC, book.bestseller_rank DESC, book.id DESC
"""
_ALONE = f"book.series_number ~ '{BOX}'"
# One row of lists, each in its own order, so that all of them cost one statement.
_AROUND = f"""
WITH lead AS MATERIALIZED (
    SELECT contributor_id, role FROM catalog_contribution
    WHERE book_id = %(book)s ORDER BY position, id LIMIT 1
)
SELECT
ARRAY(
    SELECT ARRAY[made.role, person.name, person.slug] FROM catalog_contribution made
    JOIN catalog_contributor person ON person.id = made.contributor_id
    WHERE made.book_id = %(book)s ORDER BY made.position, made.id
),
(SELECT ARRAY[name, slug] FROM catalog_publisher WHERE id = %(publisher)s),
(SELECT ARRAY[title, slug] FROM catalog_series WHERE id = %(series)s),
(SELECT description FROM catalog_booktext WHERE book_id = %(book)s),
(
    SELECT min(book.published_on) FROM catalog_book book
    WHERE book.work_id = %(work)s AND book.withdrawn_at IS NULL
),
ARRAY(
    SELECT {_PAIR} FROM catalog_book book
    WHERE book.work_id = %(work)s AND book.id <> %(book)s AND book.withdrawn_at IS NULL
    ORDER BY book.bestseller_rank DESC, book.id DESC LIMIT {MOST_EDITIONS}
),
ARRAY(
    SELECT {_PAIR} FROM catalog_book book
    WHERE book.series_id = %(series)s AND book.series_position < %(position)s AND {_OTHERS}
    ORDER BY book.series_position DESC, {_ALONE}, {_LIKE_THIS} LIMIT 1
),
ARRAY(
    SELECT {_PAIR} FROM catalog_book book
    WHERE book.series_id = %(series)s AND book.series_position > %(position)s AND {_OTHERS}
    ORDER BY book.series_position, {_ALONE}, {_LIKE_THIS} LIMIT 1
),
ARRAY(
    SELECT {_PAIR} FROM lead
    JOIN catalog_contribution made USING (contributor_id, role)
    JOIN catalog_book book ON book.id = made.book_id
    WHERE {_OTHERS}
    ORDER BY book.language = %(language)s DESC, book.bestseller_rank DESC, book.id DESC
    LIMIT {CANDIDATES}
),
ARRAY(
    SELECT {_PAIR} FROM catalog_book book
    JOIN catalog_alsoliked liked ON liked.other_id = book.id
    WHERE liked.book_id = %(book)s AND {_OTHERS}
    ORDER BY liked.position, book.id
),
ARRAY(
    SELECT {_PAIR} FROM catalog_book book
    WHERE book.series_id = %(series)s AND {_OTHERS}
    ORDER BY book.language = %(language)s DESC, book.series_position, book.id LIMIT {CANDIDATES}
)
"""


class Candidate(NamedTuple):
    pk: int
    work: int


class Facts(NamedTuple):
    """What `_AROUND` answers. People, publisher and series have a name and an address, and no more."""

    people: list[Contribution]
    publisher: Publisher | None
    series: Series | None
    description: str
    # When the oldest edition was published.
    earliest: date | None
    editions: list[Candidate]
    previous: list[Candidate]
    next: list[Candidate]
    by_author: list[Candidate]
    liked: list[Candidate]
    in_series: list[Candidate]


def work_of(book: Book) -> int:
    return book.work_id or -book.pk


def facts_of(book: Book) -> Facts:
    parameters = {
        "book": book.pk,
        "work": work_of(book),
        "publisher": book.publisher_id,
        "series": book.series_id,
        "position": book.series_position,
        "language": book.language,
        "format": book.format,
    }
    with catalogue_connection().cursor() as cursor:
        cursor.execute(_AROUND, parameters)
        people, publisher, series, description, earliest, *lists = cursor.fetchone()
    return Facts(
        [
            Contribution(role=role, contributor=Contributor(name=name, slug=slug))
            for role, name, slug in people
        ],
        Publisher(name=publisher[0], slug=publisher[1]) if publisher else None,
        Series(title=series[0], slug=series[1]) if series else None,
        description or "",
        earliest,
        *([Candidate(*pair) for pair in pairs] for pairs in lists),
    )
