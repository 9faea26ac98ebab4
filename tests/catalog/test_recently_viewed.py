"""The books a visitor looked at last."""

import pytest
from django.core import signing
from django.utils import timezone

from catalog.models import Book
from catalog.recently_viewed import COOKIE, MOST
from tests.catalog.test_related import shelf
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db


def look_at(client, *books: Book) -> str:
    """Look at the books one after the other; returns the last page."""
    for book in books:
        text = client.get(book.get_absolute_url()).text
    return text


def test_books_are_shown_newest_first_without_the_one_of_the_page(client):
    emma, evelina, belinda = (BookFactory(title=title) for title in ("Emma", "Evelina", "Belinda"))

    text = look_at(client, emma, evelina, belinda, emma, belinda)

    assert shelf(text, "seen") == ["Emma", "Evelina"]


def test_a_first_visit_has_nothing_to_show(client):
    assert shelf(look_at(client, BookFactory()), "seen") == []


def test_a_dozen_is_remembered(client):
    books = [BookFactory() for _number in range(MOST + 3)]

    text = look_at(client, *books)

    assert shelf(text, "seen") == [book.title for book in books[-2 : -MOST - 2 : -1]]


def test_withdrawn_books_are_forgotten(client):
    gone, emma = BookFactory(), BookFactory()
    look_at(client, gone)
    Book.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())

    assert shelf(look_at(client, emma), "seen") == []


def test_the_cookie_is_for_the_shop_alone_and_lasts_60_days(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    response = client.get(BookFactory().get_absolute_url())

    cookie = response.cookies[COOKIE]
    assert cookie["httponly"] and cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 60 * 60 * 24 * 60


def test_looking_twice_sends_the_cookie_once(client):
    emma = BookFactory()
    look_at(client, emma)

    assert COOKIE not in client.get(emma.get_absolute_url()).cookies


@pytest.mark.parametrize(
    "cookie",
    ["", "1.2.3", "1:2:3", "é", "x" * 4000, signing.get_cookie_signer("other").sign("1.2")],
    # A signature holds the time, and a test needs the same name in every process.
    ids=["empty", "unsigned", "unsigned with colons", "no ASCII", "long", "signed otherwise"],
)
def test_a_cookie_that_is_not_ours_is_ignored(client, cookie):
    client.cookies[COOKIE] = cookie

    response = client.get(BookFactory().get_absolute_url())

    assert response.status_code == 200
    assert shelf(response.text, "seen") == []
    assert response.cookies[COOKIE].value


def test_the_privacy_page_names_it(client):
    assert "the last twelve books you looked at" in client.get("/privacy/").text
