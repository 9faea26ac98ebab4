"""Rows of feeds become books in a fixed number of statements, and what is right is left alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from catalog import works
from catalog.feeds.rows import BookRow
from catalog.feeds.writer import WriteResult, write_books
from catalog.models import Book, Genre, Work
from tests.factories import BookFactory, nth_ean

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 1, tzinfo=UTC)
TABLES = (
    "catalog_book",
    "catalog_book_genres",
    "catalog_booktext",
    "catalog_contribution",
    "catalog_contributor",
    "catalog_genre",
    "catalog_publisher",
    "catalog_series",
    "catalog_work",
)
WHOLE = BookRow(
    line=2,
    ean=nth_ean(1),
    title="L’Étranger",
    subtitle="A Novel",
    contributors=(("Albert Camus", "A01"), ("Matthew Ward", "B06")),
    language="fr",
    publisher="Éditions Gallimard",
    genres=(("Fiction", "Classics"), ("Philosophy",)),
    series="Folio",
    series_number="2",
    published_on=date(1972, 1, 7),
    published_precision="day",
    on_sale_on=date(1972, 1, 8),
    publishing_status="reprinting",
    pages=186,
    format="pocket",
    description="Aujourd’hui,\nmaman est morte.",
    price=Decimal("7.50"),
    outside_rating=Decimal("4.01"),
    outside_ratings=1000,
)

KEY = works.key_of(title="L’Étranger", author="Albert Camus", series="Folio", number="2")


def write(*rows: BookRow) -> WriteResult:
    return write_books(rows, now=NOW)


def versions() -> dict[str, set[tuple[object, ...]]]:
    """Where each row lies, and who wrote or locked it last: any write or lock shows."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT ctid::text, xmin::text, xmax::text FROM {table}")
            found[table] = set(cursor.fetchall())
    return found


def rows_written_again() -> int:
    """How many rows of books this transaction has updated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_updated('catalog_book'::regclass)")
        return cursor.fetchone()[0]


def statements(rows: Sequence[BookRow]) -> int:
    with CaptureQueriesContext(connection) as captured:
        write(*rows)
    return len(captured)


def many(number: int, start: int) -> list[BookRow]:
    people = [(f"Author {n}", "A01") for n in range(start, start + number)]
    return [
        WHOLE._replace(
            ean=nth_ean(start + n),
            title=f"Book {start + n}",
            contributors=(people[n],),
            publisher=f"House {start + n}",
            series=f"Series {start + n}",
        )
        for n in range(number)
    ]


def test_a_book_that_is_right_is_neither_written_nor_locked() -> None:
    write(WHOLE)
    before = versions()

    result = write(WHOLE)

    assert (result.created, result.updated, result.unchanged) == ({}, frozenset(), 1)
    assert versions() == before


def test_a_new_book_is_written_once() -> None:
    before = rows_written_again()

    write(WHOLE)

    book = Book.objects.get()
    genres = dict(Genre.objects.values_list("name", "pk"))
    assert rows_written_again() == before
    assert sorted(tag for tag in book.tags if tag > 0) == sorted(genres.values())
    assert set(genres) == {"Fiction", "Classics", "Philosophy"}


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows() -> None:
    few, more = many(2, start=1000), many(200, start=2000)
    write(WHOLE)

    assert statements(few) == statements(more)
    # Nothing is looked up for rows that change nothing.
    assert statements(more) < 15


def test_one_changed_field_leaves_the_rest_of_its_book_alone() -> None:
    write(WHOLE)
    before = versions()

    result = write(WHOLE._replace(price=Decimal("8.00")))

    after = versions()
    assert result.updated == {WHOLE.ean}
    assert {table for table in TABLES if after[table] != before[table]} == {"catalog_book"}


@pytest.mark.parametrize(
    "said",
    [
        {"title": "The Stranger", "language": "en"},
        {"publisher": "Penguin"},
        {"series": "Folio Plus"},
        {"series_number": "3"},
        {"contributors": (("A. Camus", "A01"),)},
    ],
)
def test_search_finds_a_book_by_what_the_feed_says_and_by_what_it_does_not(
    said: dict[str, object],
) -> None:
    write(WHOLE)

    write(BookRow(line=2, ean=WHOLE.ean, title="L’Étranger")._replace(**said))

    book = Book.objects.get()
    written = book.search_text
    book.fill_derived()
    assert written == book.search_text
    assert (book.subtitle, book.pages) == ("A Novel", 186)


def test_what_staff_saved_in_other_fields_stays() -> None:
    write(WHOLE)
    Book.objects.update(on_sale_on=date(2027, 1, 1), cover_mood="sea", subtitle="Mine")

    write(BookRow(line=2, ean=WHOLE.ean, title="The Outsider"))

    book = Book.objects.get()
    assert (book.on_sale_on, book.cover_mood, book.subtitle) == (date(2027, 1, 1), "sea", "Mine")
    assert "mine" in book.search_text.split()


def test_other_genres_change_the_tags() -> None:
    write(WHOLE)

    write(WHOLE._replace(genres=(("Fiction",), ("Essays",))))

    book = Book.objects.get()
    assert {genre.name for genre in book.genres.all()} == {"Fiction", "Essays"}
    assert {tag for tag in book.tags if tag > 0} == {genre.pk for genre in book.genres.all()}


def test_a_new_book_ranks_by_its_readers_elsewhere() -> None:
    write(WHOLE)

    book = Book.objects.get()
    assert (book.outside_rating, book.outside_ratings) == (Decimal("4.01"), 1000)
    assert book.bestseller_rank == 415  # 60 × ln 1001


def test_editions_of_a_work_are_grouped_and_translators_do_not_count() -> None:
    other = WHOLE._replace(ean=nth_ean(2), title="L'étranger (Folio)", contributors=())
    others = [
        other,
        other._replace(ean=nth_ean(3), contributors=(("Albert Camus", "A01"),)),
        other._replace(ean=nth_ean(4), contributors=(("Matthew Ward", "B06"),)),
    ]

    write(WHOLE, *others)

    work = Work.objects.get()
    assert (work.title, work.key) == ("L’Étranger", "letranger|albert camus")
    assert set(work.editions.values_list("ean", flat=True)) == {WHOLE.ean, nth_ean(3)}


def test_a_book_without_a_work_joins_one_and_a_work_given_by_staff_stays() -> None:
    mine = Work.objects.create(title="Mine")
    write(WHOLE, WHOLE._replace(ean=nth_ean(2)))
    Book.objects.filter(ean=WHOLE.ean).update(work=None)
    Book.objects.filter(ean=nth_ean(2)).update(work=mine)

    result = write(WHOLE, WHOLE._replace(ean=nth_ean(2)))

    assert result.updated == {WHOLE.ean}
    assert Book.objects.get(ean=WHOLE.ean).work == Work.objects.get(key__isnull=False)
    assert Book.objects.get(ean=nth_ean(2)).work == mine


def test_a_book_that_can_have_no_work_is_not_written_for_it() -> None:
    nameless = WHOLE._replace(title="…")
    write(nameless)
    before = versions()

    assert write(nameless).unchanged == 1
    assert versions() == before


def test_stock_and_withdrawal_are_not_a_feeds_business() -> None:
    book = BookFactory(stock=4, withdrawn_at=NOW)

    write(BookRow(line=2, ean=book.ean, title="Another title"))

    book.refresh_from_db()
    assert (book.title, book.stock, book.withdrawn_at) == ("Another title", 4, NOW)


def test_a_book_that_is_deleted_meanwhile_is_missed_though_editions_of_others_are_there():
    edition = BookFactory(work=Work.objects.create(title="L’Étranger", key=KEY))
    gone = BookFactory(title="Emma", stock=0)
    rows = [WHOLE._replace(ean=nth_ean(900_001)), BookRow(1, gone.ean, "Emma, again")]

    def delete(created: object) -> None:
        Book.objects.filter(pk=gone.pk).delete()

    with pytest.raises(IntegrityError, match="deleted just now"):
        write_books(rows, now=NOW, open_stock=delete)

    assert edition.work.editions.get() == edition
