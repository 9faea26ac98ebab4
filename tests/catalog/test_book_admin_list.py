"""The list of books in the admin: what it shows, how it is narrowed, and what it costs."""

import pytest
from django.utils import timezone

from catalog.models import Book
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/book/"


def titles(client, **asked) -> list[str]:
    return [book.title for book in client.get(LIST, asked).context["cl"].result_list]


@pytest.fixture
def books(db) -> None:
    BookFactory(title="Plain", format="paperback", shelf="B3")
    BookFactory(title="Gone", format="pocket", withdrawn_at=timezone.now(), shelf="B3")
    BookFactory(title="Unpriced", price=None, format="pocket", shelf="B31")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Unpriced", "Gone", "Plain"]),
        ({"sale": "on"}, ["Unpriced", "Plain"]),
        ({"sale": "withdrawn"}, ["Gone"]),
        ({"sale": "unpriced"}, ["Unpriced"]),
        ({"format": "pocket"}, ["Unpriced", "Gone"]),
        ({"format": "pocket", "sale": "withdrawn"}, ["Gone"]),
        ({"q": "B3"}, ["Gone", "Plain"]),
        ({"q": " B31 ", "format": "pocket"}, ["Unpriced"]),
        ({"q": "plain"}, ["Plain"]),
        ({"q": "B3", "sale": "on"}, ["Plain"]),
        ({"sale": "nonsense", "format": "nonsense"}, ["Unpriced", "Gone", "Plain"]),
    ],
)
def test_it_is_narrowed_by_sale_format_and_shelf(asked, found, staff_client, books):
    assert titles(staff_client, **asked) == found


def test_it_says_where_copies_stand_and_what_is_withdrawn(staff_client, books):
    page = staff_client.get(LIST).text

    assert '<td class="field-shelf">B3</td>' in page
    assert "field-withdrawn" in page


def test_it_says_what_a_book_costs_as_the_shop_does(staff_client):
    BookFactory(price="12.95")

    assert '<td class="field-price">£12.95</td>' in staff_client.get(LIST).text


def test_it_is_sorted_by_nothing_but_what_an_index_holds(staff_client, books):
    page = staff_client.get(LIST).text

    assert page.count("sortable column-") == 1
    assert "sortable column-ean" in page
    by_number = titles(staff_client, o="2")
    assert by_number == [book.title for book in Book.objects.order_by("ean")]


@pytest.mark.parametrize("column", ["0", "3", "-4", "3.4.0", "99", "x", "-", "²"])
def test_an_address_that_asks_for_another_order_gets_the_newest_first(column, staff_client, books):
    assert titles(staff_client, o=column) == ["Unpriced", "Gone", "Plain"]


@pytest.mark.parametrize("asked", [{}, {"q": "book"}, {"sale": "on"}, {"q": "B3"}])
def test_it_costs_the_same_for_two_books_and_for_forty(
    asked, staff_client, django_assert_max_num_queries
):
    BookFactory.create_batch(2, shelf="B3")
    with django_assert_max_num_queries(9) as few:
        staff_client.get(LIST, asked)
    BookFactory.create_batch(38, shelf="B3")

    with django_assert_max_num_queries(len(few)):
        staff_client.get(LIST, asked)
