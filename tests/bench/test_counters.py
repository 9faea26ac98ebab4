import pytest
from django.test import Client

from catalog.models import Book
from tests.bench.counters import Statement, counters_of, nodes_of, plan_of, recorded
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db


def test_a_page_is_counted_statement_by_statement(client: Client) -> None:
    BookFactory.create_batch(3)

    counters = counters_of(lambda: list(Book.objects.order_by("pk").defer("search")))

    assert (counters.statements, counters.rows) == (1, 3)
    assert counters.buffers > 0
    assert counters_of(lambda: client.get("/healthz")).statements == 0


def test_rows_that_a_scan_leaves_out_count_too() -> None:
    BookFactory.create_batch(3)

    assert counters_of(lambda: Book.objects.filter(title="none of them").first()).rows == 3


def test_what_writes_is_counted_and_not_run_again() -> None:
    book = BookFactory(title="Before")

    counters = counters_of(lambda: Book.objects.filter(pk=book.pk).update(title="After"))

    assert (counters.statements, counters.rows) == (1, 0)


def test_all_nodes_of_a_plan_are_found() -> None:
    with recorded() as sent:
        list(Book.objects.order_by("subtitle"))

    kinds = [node["Node Type"] for node in nodes_of(plan_of(sent[0]))]

    assert kinds == ["Sort", "Seq Scan"]


@pytest.mark.parametrize(
    ("sql", "only_reads"),
    [
        ("SELECT 1", True),
        ("WITH words AS (SELECT 1) SELECT * FROM words", True),
        ("WITH gone AS (DELETE FROM catalog_word RETURNING 1) SELECT * FROM gone", False),
        ('SAVEPOINT "s1"', False),
        ("SELECT id FROM catalog_book FOR NO KEY UPDATE", False),
    ],
)
def test_statements_that_write_are_told_from_those_that_read(sql: str, only_reads: bool) -> None:
    assert Statement(sql, None).only_reads is only_reads
