"""What stands around every page."""

import pytest
from django.core.cache import caches

from tests.factories import BookFactory, GenreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def subjects():
    for name, books in (("Crime", 9), ("Poetry", 7)):
        GenreFactory(name=name, slug=name.lower(), book_count=books)


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/books/", '<a href="/books/" aria-current="page">All books</a>'),
        ("/genres/", '<a href="/genres/" aria-current="page">All subjects</a>'),
        ("/genres/crime/", '<a href="/genres/crime/" aria-current="page">Crime</a>'),
    ],
)
def test_the_menu_says_where_one_is(client, subjects, address, current):
    for _ in range(2):
        assert current in client.get(address).text
    elsewhere = client.get("/terms/").text

    assert current.replace(' aria-current="page"', "") in elsewhere
    assert "aria-current" not in elsewhere.split('class="subjects"')[1].split("</nav>")[0]


def test_the_frame_of_a_page_costs_one_query_and_then_none(
    client, subjects, django_assert_num_queries
):
    with django_assert_num_queries(1):
        client.get("/terms/")
    with django_assert_num_queries(0):
        client.get("/terms/")


def test_the_search_box_holds_the_words_of_this_page(client):
    BookFactory(title="Emma")

    assert 'value="&quot;emma&quot;"' in client.get("/books/", {"q": '"emma"'}).text
    assert 'type="search" value=""' in client.get("/terms/").text


def test_a_page_that_is_not_there_has_a_frame(client):
    response = client.get("/nothing/")

    assert response.status_code == 404
    assert 'class="me"' in response.text
    assert 'class="colophon"' in response.text


def test_parts_of_the_frame_are_kept_for_readers_not_for_pages(client):
    client.get("/terms/")
    before = len(caches["process"]._cache)
    for page in ("privacy", "contact", "returns"):
        client.get(f"/{page}/")

    assert len(caches["process"]._cache) == before


def test_a_demo_says_so_on_every_page(client, settings):
    settings.IS_DEMO = True

    assert "nothing is sold" in client.get("/terms/").text
