from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from catalog.models import FrontTableEntry
from catalog.views.home import NEW_BOOKS, ON_THE_FRONT_TABLE
from tests.factories import BookFactory, GenreFactory, UserFactory
from waitlist import places

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


def on_the_front_table(position: int = 0, **facts):
    book = BookFactory(**facts)
    FrontTableEntry.objects.create(book=book, position=position)
    return book


def titles(books) -> list[str]:
    return [book.title for book in books]


def test_the_home_page_shows_the_front_table_new_books_and_the_contents(client, today):
    on_the_front_table(title="Emma")
    BookFactory(title="Middlemarch", published_on=today)
    GenreFactory(name="Poetry", book_count=7)

    response = client.get("/")

    assert response.status_code == 200
    assert response.template_name == "catalog/home.html"
    assert "Emma by An Author" in response.text
    assert "Middlemarch" in response.text
    assert '<b>Poetry</b><span>7<span class="vh"> books</span></span>' in response.text
    assert "{{" not in response.text
    assert "{%" not in response.text


def test_an_empty_shop_has_a_home_page(client):
    response = client.get("/")

    assert response.status_code == 200
    assert response.text.count("<h1") == 1
    assert "The first books are on their way." in response.text


def test_the_front_table_is_in_the_order_of_staff(client):
    on_the_front_table(position=2, title="Persuasion")
    on_the_front_table(position=1, title="Emma")

    assert titles(client.get("/").context["front_table"]) == ["Emma", "Persuasion"]


def test_new_books_are_newest_first_without_those_to_come(client, today):
    BookFactory(title="Last week", published_on=today - timedelta(days=7))
    BookFactory(title="Today", published_on=today)
    BookFactory(title="Tomorrow", published_on=today + timedelta(days=1))
    BookFactory(title="Some day", published_on=None)
    BookFactory(title="Not for sale", published_on=today, price=None)

    assert titles(client.get("/").context["new_books"]) == ["Today", "Last week"]


def test_withdrawn_books_are_not_on_the_home_page(client, today):
    on_the_front_table(title="Emma", published_on=today, withdrawn_at=timezone.now())

    assert "Emma" not in client.get("/").text


def test_empty_genres_and_those_below_others_are_not_in_the_contents(client):
    fiction = GenreFactory(name="Fiction", book_count=2)
    GenreFactory(name="Crime", parent=fiction, book_count=2)
    GenreFactory(name="Cookery", book_count=0)

    assert [genre.name for genre in client.get("/").context["genres"]] == ["Fiction"]


def test_without_a_front_table_the_newest_books_stand_there(client, today):
    for number in range(5):
        BookFactory(title=f"Volume {number}", published_on=today - timedelta(days=number))

    text = client.get("/").text

    assert "Volume 3 by An Author" in text
    assert "Volume 4 by An Author" not in text
    assert "Laid out by our booksellers" not in text


def test_the_longest_waiting_lists_are_on_the_home_page(client):
    for title, people in [("Ulysses", 1), ("Emma", 2), ("Walden", 1), ("Carmilla", 1)]:
        book = BookFactory(title=title, stock=0)
        for _number in range(people):
            places.join(user=UserFactory(), book_id=book.pk, now=timezone.now())

    text = client.get("/").text

    assert text.index("Emma") < text.index("Ulysses")
    assert "Walden" in text
    assert "Carmilla" not in text


def test_the_home_page_has_no_parts_for_htmx(client):
    response = client.get("/", headers={"HX-Request": "true", "HX-Target": "results"})

    assert response.headers["HX-Redirect"] == "/"


@pytest.mark.parametrize("more", [0, 30])
def test_the_home_page_costs_five_queries_however_full_it_is(
    client, today, more, django_assert_num_queries
):
    for position in range(1 + more):
        on_the_front_table(position, published_on=today, stock=1)
        GenreFactory(book_count=1)

    with django_assert_num_queries(5):
        response = client.get("/")

    assert len(response.context["front_table"]) == min(1 + more, ON_THE_FRONT_TABLE)
    assert len(response.context["new_books"]) == min(1 + more, NEW_BOOKS)


def test_a_second_visit_within_a_minute_saves_the_query_for_the_menu(
    client, django_assert_num_queries
):
    client.get("/")

    with django_assert_num_queries(4):
        client.get("/")


def test_a_visitor_gets_no_session_and_no_cookie(client):
    response = client.get("/")

    assert not response.cookies
    assert not Session.objects.exists()
