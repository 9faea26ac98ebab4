"""Sales, deliveries and ratings change books all day: none of them may rewrite an index.

PostgreSQL leaves all indexes of a row alone when no column changes that any of them reads, be it
in a key, an expression or a condition ("heap-only" updates). One index on stock would end that for
every sale, and the three search indexes of a book are dear to rewrite.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from catalog import stock
from catalog.models import Book, StockMovement, Work
from shop import lists
from tests.factories import BookFactory, receive
from tests.reviews.readers import delete, edit, write

from .conftest import decline, fill, pay, place

pytestmark = pytest.mark.django_db

CHANGES_ALL_DAY = {"stock", "rating_sum", "rating_count", "rating_counts"}
# In constraints the columns stand in the key, in all other indexes also among the dependencies.
COLUMNS_OF_INDEXES = """
SELECT DISTINCT index.indexrelid::regclass::text, attribute.attname
FROM pg_index index JOIN pg_attribute attribute ON attribute.attrelid = index.indrelid
WHERE index.indrelid = 'catalog_book'::regclass AND attribute.attnum > 0 AND (
    attribute.attnum = ANY (index.indkey) OR EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = index.indexrelid
        AND refclassid = 'pg_class'::regclass AND refobjid = index.indrelid
        AND refobjsubid = attribute.attnum
    )
)
"""


def ask(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def updates() -> tuple[int, int]:
    """Rows of books that this transaction has updated, and those of them that touched no index."""
    return ask(
        "SELECT pg_stat_get_xact_tuples_updated('catalog_book'::regclass),"
        " pg_stat_get_xact_tuples_hot_updated('catalog_book'::regclass)"
    )[0]


def sizes_of_indexes() -> list[tuple]:
    return ask(
        "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index"
        " WHERE indrelid = 'catalog_book'::regclass ORDER BY 1"
    )


@contextmanager
def no_index_rewritten(*, books: int) -> Iterator[None]:
    updated, untouched = updates()
    sizes = sizes_of_indexes()
    yield
    now_updated, now_untouched = updates()
    assert (now_updated - updated, now_untouched - untouched) == (books, books)
    assert sizes_of_indexes() == sizes


def columns_read_by_indexes() -> set[str]:
    return {column for _, column in ask(COLUMNS_OF_INDEXES)}


@pytest.fixture(autouse=True)
def pages_with_room(db) -> None:
    """Begin on a page that other tests have not left full: there no change could be heap-only."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalog_book CASCADE")


@pytest.fixture
def emma(pages_with_room) -> Book:
    return BookFactory(title="Emma", stock=9)


@pytest.fixture
def ordered(delivery, guest, emma) -> Callable[[], str]:
    """Orders two different books and gives the number of the order."""
    fill(guest, emma, BookFactory(title="Persuasion"), quantity=2)
    return lambda: place(guest).number


def test_an_order_rewrites_no_index(ordered):
    with no_index_rewritten(books=2):
        number = ordered()
    with no_index_rewritten(books=0):
        pay(number)


def test_an_order_that_is_given_up_rewrites_no_index(ordered):
    number = ordered()

    with no_index_rewritten(books=2):
        decline(number)


@pytest.mark.parametrize("copies", [40, -9])
def test_a_delivery_rewrites_no_index(emma, copies):
    with no_index_rewritten(books=1):
        stock.record(
            {emma.pk: copies},
            reason=StockMovement.Reason.DELIVERY,
            who="stella@example.org",
            at=timezone.now(),
        )


def test_a_review_rewrites_no_index_of_the_editions(emma):
    work = Work.objects.create(title="Emma")
    Book.objects.filter(pk=emma.pk).update(work=work)
    BookFactory(work=work)

    with no_index_rewritten(books=2):
        review = write(emma, 5)
    with no_index_rewritten(books=2):
        review = edit(review, rating=4)
    with no_index_rewritten(books=0):
        edit(review, title="Better")
    with no_index_rewritten(books=2):
        delete(review)


def test_only_the_worker_pays_for_sales_and_ratings(emma):
    write(emma, 5)
    updated, untouched = updates()

    lists.rank_books()

    assert updates() == (updated + 1, untouched)


def test_no_index_reads_what_changes_all_day():
    columns = columns_read_by_indexes()

    assert {"ean", "price", "search", "tags", "tier", "search_text"} <= columns
    assert not columns & CHANGES_ALL_DAY


@pytest.mark.parametrize("index", ["(stock)", "(id) WHERE stock > 0", "((stock > 0))"])
def test_an_index_on_stock_would_be_noticed(emma, index):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE INDEX tempting ON catalog_book {index}")

    assert "stock" in columns_read_by_indexes()
    with pytest.raises(AssertionError), no_index_rewritten(books=1):
        receive(emma, 1)
