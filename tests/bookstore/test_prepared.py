"""Statements that the server plans once for each connection."""

import pytest
from django.db import connection, transaction

from bookstore.postgresql import prepared
from catalog.models import Book
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db


def planned(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [text])
        return cursor.fetchone()[0]


def test_a_statement_is_planned_once_and_answers_anew():
    answers = [prepared.rows("SELECT %s::int + 1", [number]) for number in (1, 2, 3)]

    assert answers == [[(2,)], [(3,)], [(4,)]]
    assert planned("SELECT $1::int + 1") == 1


def test_it_is_part_of_the_transaction_and_counted_like_any_other(django_assert_num_queries):
    book = BookFactory(title="Emma")

    # A savepoint, the statement, and the two that go back to before it.
    with django_assert_num_queries(4), transaction.atomic():
        prepared.rows(
            "UPDATE catalog_book SET title = %s WHERE id = %s RETURNING 1", ["E", book.pk]
        )
        transaction.set_rollback(True)

    book.refresh_from_db()
    assert book.title == "Emma"


def test_a_row_is_made_of_its_columns_in_whatever_order_they_were_read():
    book = prepared.instance(Book, ("stock", "title", "id"), (3, "Emma", 7))

    assert (book.pk, book.title, book.stock) == (7, "Emma", 3)
    assert "price" in book.get_deferred_fields()


def test_a_whole_row_is_what_the_orm_reads():
    book = BookFactory(title="Emma", stock=3)

    found = prepared.row_of(Book, book.pk)

    assert found == book
    assert {
        field.attname: getattr(found, field.attname) for field in Book._meta.concrete_fields
    } == {
        field.attname: getattr(Book.objects.get(), field.attname)
        for field in Book._meta.concrete_fields
    }
    assert prepared.row_of(Book, 0) is None
