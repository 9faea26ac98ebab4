"""Walking through a list: every book once, at any depth, in any order."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.lists.listing import Listing
from catalog.models import Book, Series
from catalog.search import find
from catalog.sorts import OLDEST_FIRST, READING, SORTS
from shop.lists import count_facets
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db

# Where there are orders that the whole shop does not offer.
PATHS = {READING: "/series/novels/", OLDEST_FIRST: "/authors/somebody/"}


@pytest.fixture
def books(settings, monkeypatch) -> list[Book]:
    """Eleven books in pages of two, of which three have numbers. Facts are missing, and they tie."""
    settings.BOOKS_PER_PAGE = 2
    monkeypatch.setattr(Listing, "LAST_NUMBER", 3)
    series = Series.objects.create(title="Novels", slug="novels")
    somebody = ContributorFactory(slug="somebody")
    found = []
    for number in range(11):
        facts = {
            "price": [None, Decimal("5.00"), Decimal("7.50")][number % 3],
            "published_on": [None, date(1950, 1, 1), date(2001, 1, 1)][number % 3],
            "bestseller_rank": number % 2,
            "rating_rank": number % 4,
            "title": f"No. {number % 5}",
            "series_number": ["", "1", "2", "10", "3-5"][number % 5],
        }
        book = BookFactory(series=series, **facts)
        book.contributions.create(contributor=somebody, position=1)
        found.append(book)
    return found


def in_order(sort: str) -> list[int]:
    return list(Book.objects.order_by(*SORTS[sort]).values_list("pk", flat=True))


def walk(client, address: str) -> list[int]:
    seen: list[int] = []
    while address:
        page = client.get(address).context["list"]
        seen += [book.pk for book in page.books]
        assert len(seen) < 100
        address = page.next
    return seen


@pytest.mark.parametrize("are_counted", [True, False])
@pytest.mark.parametrize("sort", SORTS)
def test_going_on_from_page_to_page_one_meets_every_book_once(client, books, sort, are_counted):
    if are_counted:
        count_facets(today=timezone.localdate())
    path = PATHS.get(sort, "/books/")

    first = client.get(path, {"sort": sort}, follow=True).context["list"].choice.address

    assert walk(client, first) == in_order(sort)


@pytest.mark.parametrize("sort", ["bestselling", "newest", OLDEST_FIRST, "price", "-price"])
def test_a_narrowed_list_is_walked_to_its_end_as_well(client, books, sort):
    genre = GenreFactory(slug="poetry")
    BookFactory.create_batch(30)
    for book in books:
        book.genres.add(genre)
    count_facets(today=timezone.localdate())

    path = PATHS.get(sort, "/books/")
    first = client.get(path, {"genre": "poetry", "sort": sort}, follow=True).context["list"]

    keys = [book.pk for book in books]
    assert walk(client, first.choice.address) == [pk for pk in in_order(sort) if pk in keys]


def test_after_the_last_number_the_list_goes_on_after_a_book(client, books):
    page = client.get("/books/?page=3").context["list"]
    beyond = client.get(page.next).context["list"]

    assert page.next == f"/books/?after={page.books[-1].ean}"
    assert beyond.next == f"/books/?after={beyond.books[-1].ean}"
    assert beyond.previous == ""
    assert [link.label for link in beyond.numbers] == ["1", "2", "3"]
    assert all(link.address for link in beyond.numbers)
    assert beyond.range_text == "Showing 2 of 11 books."


@pytest.mark.parametrize("sort", SORTS)
def test_the_last_page_is_the_end_of_the_list(client, books, sort):
    path = PATHS.get(sort, "/books/")
    page = client.get(path, {"sort": sort, "page": "last"}, follow=True).context["list"]

    assert [book.pk for book in page.books] == in_order(sort)[-1:]
    assert page.range_text == "Showing 11 to 11 of 11 books."
    assert page.next == page.last == ""


def test_a_long_list_leads_to_its_last_page(client, books):
    assert client.get("/books/").context["list"].last == "/books/?page=last"
    assert client.get("/books/?to=5").context["list"].last == ""


def test_a_short_last_page_is_shown_in_full(client, books):
    books[0].withdrawn_at = timezone.now()
    books[0].save()

    page = client.get("/books/?page=last").context["list"]

    on_sale = [pk for pk in in_order("bestselling") if pk != books[0].pk]
    assert [book.pk for book in page.books] == on_sale[-2:]


@pytest.mark.parametrize(
    "query", ["page=4", "page=3&format=pocket", "after=9780000000000", "after=x", "to=5&page=3"]
)
def test_a_page_past_the_end_is_not_found(client, books, query):
    assert client.get(f"/books/?{query}", follow=True).status_code == 404


def test_there_is_nothing_after_the_last_book(client, books):
    last = Book.objects.get(pk=in_order("bestselling")[-1])

    assert client.get(f"/books/?after={last.ean}").status_code == 404


def test_a_list_goes_on_though_the_book_it_goes_on_from_was_withdrawn(client, books):
    order = in_order("price")
    Book.objects.filter(pk=order[5]).update(withdrawn_at=timezone.now())
    ean = Book.objects.get(pk=order[5]).ean

    page = client.get(f"/books/?sort=price&after={ean}").context["list"]

    assert [book.pk for book in page.books] == order[6:8]


def test_links_name_the_first_the_last_and_the_pages_around(client, settings, monkeypatch):
    settings.BOOKS_PER_PAGE = 1
    BookFactory.create_batch(12)

    numbers = client.get("/books/?page=6").context["list"].numbers

    assert [link.label for link in numbers] == ["1", "", "4", "5", "6", "7", "8", "", "12"]
    assert [link.label for link in numbers if not link.address] == ["", "6", ""]
    assert numbers[0].address == "/books/"
    assert numbers[-1].address == "/books/?page=12"


def test_a_search_by_relevance_ends_with_the_last_number(client, books):
    pages = walk(client, "/books/?q=no")

    assert len(pages) == len(set(pages)) == 6


def test_a_list_of_best_matches_says_where_it_ends(client, settings, monkeypatch):
    settings.BOOKS_PER_PAGE = 2
    monkeypatch.setattr(Listing, "LAST_NUMBER", 2)
    monkeypatch.setattr(find, "MOST_FOUND", 4)
    BookFactory.create_batch(5, title="Emma")

    first, last = client.get("/books/?q=emma"), client.get("/books/?q=emma&page=2")

    assert "The best matches end here" not in first.text
    assert "The best matches end here" in last.text
    assert not last.context["list"].next
