"""Pages of one list share a shell, and are the same as if they did not."""

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from tests.conftest import KEPT
from tests.factories import BookFactory, GenreFactory

pytestmark = pytest.mark.django_db
NEIGHBOURS = [
    "?page=2",
    "?page=3",
    "?page=last",
    "",
    "?sort=title",
    "?sort=title&page=2",
    "?q=book",
]


@pytest.fixture
def shop(settings):
    settings.BOOKS_PER_PAGE = 2
    genre = GenreFactory(slug="poetry")
    for book in BookFactory.create_batch(7):
        book.genres.add(genre)


@pytest.mark.parametrize("path", ["/books/", "/genres/poetry/"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "results"}])
def test_a_page_in_a_shell_is_the_page_as_it_would_be_drawn(client, shop, settings, path, headers):
    drawn = {query: client.get(path + query, headers=headers).text for query in NEIGHBOURS}
    settings.CACHES = {**settings.CACHES, "shells": KEPT["shells"]}

    for query, text in drawn.items():
        assert client.get(path + query, headers=headers).text == text

    # The pages of one list and order have one.
    assert len(caches["shells"]._cache) == 3


def test_two_shoppers_see_stock_as_it_is_now(client, shop, settings):
    settings.CACHES = {**settings.CACHES, "shells": KEPT["shells"]}
    client.get("/books/")
    BookFactory(title="Just in", bestseller_rank=9)

    assert "Just in" in Client().get("/books/").text


def test_a_list_that_has_run_empty_says_so(client, settings):
    settings.CACHES = {**settings.CACHES, "shells": KEPT["shells"]}
    book = BookFactory(title="Emma")
    assert "1 book" in client.get("/books/?q=emma").text
    caches["process"].clear()
    book.withdrawn_at = timezone.now()
    book.save()

    assert "No book here holds all of these words" in client.get("/books/?q=emma").text
