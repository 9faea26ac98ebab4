"""How PostgreSQL goes about the queries of a list: it never reads, sorts or counts the whole shop."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.lists.counting import MOST_COUNTED
from catalog.lists.page import ListPage
from catalog.models import Book
from shop.lists import count_facets
from tests.factories import BookFactory, GenreFactory, nth_ean

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BOOKS = 3000
LOOKED_AT = 24 + 1
TO_COME = date(9000, 1, 1)


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Three thousand books, made once for all tests here, which only look at them."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_books()
        yield
        transaction.set_rollback(True)


def make_books() -> None:
    """One in thirty is a sea story, and one in a hundred to come; the even ones are hardbacks."""
    sea = GenreFactory(slug="sea-stories")
    example = BookFactory.build(stock=0)
    example.fill_derived()
    books = [
        Book(
            ean=nth_ean(number),
            title=f"No. {number}",
            slug="a-book",
            sort_title=f"no {number:05d}",
            search_text=f"no {number}",
            price=5 + number % 40,
            published_on=f"{1950 + number % 70}-01-01",
            bestseller_rank=number * 7919 % BOOKS,
            rating_rank=number % 5000,
            format="hardback" if number % 2 else "paperback",
            tags=[sea.pk] if number % 30 == 0 else [],
            on_sale_on=TO_COME if number % 100 == 7 else None,
        )
        for number in range(BOOKS)
    ]
    Book.objects.bulk_create(books)
    count_facets(today=timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_book")


def plans(client, address: str) -> Iterator[dict[str, Any]]:
    """The plan of each query that a page puts to the books, as it was carried out."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in queries if "catalog_book" in query["sql"]]
    with connection.cursor() as cursor:
        for sql in asked:
            if not sql.startswith("EXPLAIN"):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql.replace("%", "%%"))
                yield cursor.fetchone()[0][0]["Plan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def rows_of(client, address: str, *kinds: str) -> int:
    """The most rows that a node of one of these kinds gave or threw away."""
    return max(
        (
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for plan in plans(client, address)
            for node in nodes(plan)
            # It counts what other tests left behind as well; what it led to is counted above it.
            if node["Node Type"] != "Bitmap Index Scan"
            and any(kind in node["Node Type"] for kind in kinds)
        ),
        default=0,
    )


def open_list(client, query: dict[str, str]) -> ListPage:
    page: ListPage = client.get("/books/", query, follow=True).context["list"]
    return page


SORTS = ("bestselling", "newest", "rating", "price", "-price", "title")


@pytest.mark.parametrize("sort", SORTS)
def test_no_order_of_the_whole_shop_is_sorted(client, shop, sort):
    address = open_list(client, {"sort": sort}).choice.address

    assert rows_of(client, address, "Sort") <= LOOKED_AT
    assert rows_of(client, address, "Scan") <= LOOKED_AT


@pytest.mark.parametrize("sort", SORTS)
def test_any_depth_costs_what_the_first_page_costs(client, shop, sort):
    page = open_list(client, {"sort": sort, "page": "100"})

    assert "after=" in page.next
    assert rows_of(client, page.next, "Scan", "Sort") <= LOOKED_AT


@pytest.mark.parametrize("sort", SORTS)
def test_the_end_costs_what_the_beginning_costs(client, shop, sort):
    page = open_list(client, {"sort": sort, "page": "last"})

    assert rows_of(client, page.choice.address, "Scan", "Sort") <= LOOKED_AT


@pytest.mark.parametrize("sort", SORTS)
def test_books_before_the_page_are_counted_off_in_the_index_alone(client, shop, sort):
    page = open_list(client, {"sort": sort, "page": "50"})
    plan, *_others = plans(client, page.choice.address)

    assert "Index Only Scan" in {node["Node Type"] for node in nodes(plan)}


def test_the_front_page_reads_no_more_books_than_it_shows(client, shop):
    assert rows_of(client, "/", "Scan", "Sort") <= LOOKED_AT


@pytest.mark.parametrize("query", ["genre=sea-stories", "genre=sea-stories&sort=price"])
def test_a_few_books_are_found_without_looking_at_the_others(client, shop, query):
    assert rows_of(client, f"/books/?{query}", "Scan") <= BOOKS / 3
    assert rows_of(client, f"/books/?{query}", "Seq Scan") == 0


def test_prices_and_dates_are_entered_where_they_begin(client, shop):
    for query in ("from=44&sort=price", "to=5&sort=-price", "era=1950-1979&sort=newest"):
        assert rows_of(client, f"/books/?{query}", "Index", "Bitmap") <= BOOKS / 2, query


@pytest.fixture
def little_is_counted(monkeypatch):
    """As if the shop were much larger than what a list is counted to."""
    for limit in ("counting.MOST_COUNTED", "counting.SAMPLE", "counting.SURELY_MORE"):
        monkeypatch.setattr(f"catalog.lists.{limit}", 20)


@pytest.mark.parametrize("page", ["1", "50", "last"])
@pytest.mark.parametrize("sort", SORTS)
def test_most_prices_are_not_sorted_either(client, shop, little_is_counted, sort, page):
    page = open_list(client, {"from": "6", "sort": sort, "page": page})
    before = page.listing.start if page.listing.is_numbered else 0

    assert rows_of(client, page.choice.address, "Scan", "Sort") <= 1.3 * (before + LOOKED_AT)


@pytest.mark.parametrize("sort", SORTS)
def test_most_prices_are_gone_on_with_at_any_depth(client, shop, little_is_counted, sort):
    page = open_list(client, {"from": "6", "sort": sort, "page": "100"})

    assert "after=" in page.next
    assert rows_of(client, page.next, "Scan", "Sort") <= 1.3 * LOOKED_AT


@pytest.mark.parametrize("query", ["", "&sort=title", "&sort=title&page=last"])
def test_books_to_come_are_found_without_looking_at_the_others(client, shop, query):
    address = f"/books/?stock=preorder{query}"

    assert rows_of(client, address, "Seq Scan") == 0
    assert rows_of(client, address, "Scan") <= BOOKS / 10


def test_counts_of_the_shop_and_of_genres_are_not_made_for_a_page(client, shop):
    for address in ("/books/", "/genres/sea-stories/", "/books/?page=50"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert not [query for query in queries if "count(*)" in query["sql"]]


def test_a_long_list_with_one_filter_is_not_counted_at_all(client, shop, monkeypatch):
    monkeypatch.setattr("catalog.lists.counting.MOST_COUNTED", 100)

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/books/?format=hardback").context["list"]

    assert page.count_text == "about 1,500 books"
    assert not [query for query in queries if "count(*)" in query["sql"]]


def test_no_list_is_counted_to_its_end_if_it_is_long(client, shop, monkeypatch):
    monkeypatch.setattr("catalog.lists.counting.MOST_COUNTED", 100)
    monkeypatch.setattr("catalog.lists.counting.SAMPLE", 100)
    monkeypatch.setattr("catalog.lists.counting.SURELY_MORE", 100)
    monkeypatch.setattr("catalog.lists.listing.MOST_GATHERED", 100)

    assert MOST_COUNTED == 2_400
    assert rows_of(client, "/books/?from=6", "CTE Scan") <= 101


# Some six hundred books, of which a tenth are enough for a page.
NARROW = "/books/?format=hardback&era=1950-1979"


@pytest.fixture
def best_sellers(shop, monkeypatch) -> None:
    monkeypatch.setattr("catalog.lists.listing.BEST_SELLERS", [(BOOKS // 10, Q(tier=0))])


def keys_and_statements(client, address: str) -> tuple[list[int], list[str]]:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).context["list"]
    about_tiers = [query["sql"] for query in queries if '"tier" = 0' in query["sql"]]
    return [book.pk for book in page.books], about_tiers


def best_keys() -> list[int]:
    books = Book.objects.filter(format="hardback", published_on__year__lt=1980)
    return list(books.order_by("-bestseller_rank", "-pk").values_list("pk", flat=True)[:24])


def test_a_narrow_list_finds_its_best_sellers_among_those_of_the_shop(client, db, best_sellers):
    first = Book.objects.order_by("-bestseller_rank", "-pk").values_list("pk", flat=True)
    Book.objects.filter(pk__in=list(first[: BOOKS // 10])).update(tier=0)

    keys, about_tiers = keys_and_statements(client, NARROW)

    assert keys == best_keys()
    assert len(about_tiers) == 1


def test_where_there_are_too_few_among_them_all_are_looked_at(client, db, best_sellers):
    keys, about_tiers = keys_and_statements(client, NARROW)

    assert keys == best_keys()
    assert len(about_tiers) == 1


@pytest.mark.parametrize("query", ["", "&sort=price", "&page=last"])
def test_other_lists_do_not_look_among_them(client, db, best_sellers, query):
    address = f"{NARROW}{query}" if query else "/books/?format=hardback"

    _keys, about_tiers = keys_and_statements(client, address)

    assert about_tiers == []
