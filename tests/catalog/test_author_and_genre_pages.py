from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from catalog.models import Contribution, Contributor, Genre, Work
from shop.lists import count_facets
from tests.audits import without_triggers
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db

REGION = {"HX-Request": "true", "HX-Target": "results"}


@pytest.fixture
def austen() -> Contributor:
    return ContributorFactory(name="Jane Austen", slug="jane-austen")


@pytest.fixture
def fiction() -> Genre:
    return GenreFactory(name="Fiction", slug="fiction", book_count=9)


def book_by(author: Contributor, **facts):
    book = BookFactory(**facts)
    Contribution.objects.create(book=book, contributor=author)
    return book


def book_in(*genres: Genre, **facts):
    book = BookFactory(**facts)
    book.genres.add(*genres)
    return book


def shown(response) -> list[str]:
    assert response.status_code == 200
    return sorted(book.title for book in response.context["list"].books)


@pytest.fixture(params=["author", "genre"])
def shelf(request, austen, fiction):
    """An author's and a genre's page: its address, its template, and how to put a book on it."""
    if request.param == "author":
        address, add = austen.get_absolute_url(), lambda **facts: book_by(austen, **facts)
    else:
        address, add = fiction.get_absolute_url(), lambda **facts: book_in(fiction, **facts)
    return address, f"catalog/{request.param}_detail.html", add


def test_the_page_lists_its_books_and_no_others(client, shelf):
    address, template, add = shelf
    add(title="Emma")
    BookFactory(title="Dracula")

    response = client.get(address)

    assert shown(response) == ["Emma"]
    assert response.template_name == template
    assert "{{" not in response.text
    assert "{%" not in response.text


def test_the_page_may_be_empty(client, shelf):
    response = client.get(shelf[0])

    assert shown(response) == []
    assert "There are no books here yet." in response.text


def test_withdrawn_books_are_not_on_the_page(client, shelf):
    address, _, add = shelf
    add(withdrawn_at=timezone.now())

    assert shown(client.get(address)) == []


def test_htmx_gets_the_results_alone(client, shelf):
    address, template, add = shelf
    add(title="Emma")

    response = client.get(address, headers=REGION)

    assert response.template_name == f"{template}#results"
    assert "Emma" in response.text
    assert "<html" not in response.text


def test_going_back_gets_the_whole_page(client, shelf):
    address, template, _ = shelf

    response = client.get(address, headers={**REGION, "HX-History-Restore-Request": "true"})

    assert response.template_name == template
    assert "<html" in response.text


def test_the_page_can_be_searched_and_ordered(client, shelf):
    address, _, add = shelf
    for title in ("Emma", "Persuasion"):
        add(title=title)

    assert shown(client.get(address, {"q": "emma"})) == ["Emma"]
    by_title = client.get(address, {"sort": "title"}).context["list"].books
    assert [book.title for book in by_title] == ["Emma", "Persuasion"]


@pytest.mark.parametrize("number", ["0", "abc", "2"])
def test_a_page_that_does_not_exist_is_not_found(client, shelf, number):
    assert client.get(shelf[0], {"page": number}).status_code == 404


@pytest.mark.parametrize("address", ["/authors/nobody/", "/genres/nothing/"])
def test_an_unknown_author_or_genre_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_visitor_gets_no_session_and_no_cookie(client, shelf):
    response = client.get(shelf[0])

    assert not response.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("more", [0, 30])
def test_an_authors_page_costs_as_many_queries_however_many_books(
    client, austen, more, settings, django_assert_num_queries
):
    settings.BOOKS_PER_PAGE = 40
    for _ in range(1 + more):
        book_by(austen, stock=1)

    # As the list of all books, and the author with the parts that she played.
    with django_assert_num_queries(9):
        response = client.get(austen.get_absolute_url())

    assert len(response.context["list"].books) == 1 + more


@pytest.mark.parametrize("more", [0, 30])
def test_a_genres_page_costs_as_many_queries_however_many_books_and_subjects(
    client, fiction, more, settings, django_assert_num_queries
):
    settings.BOOKS_PER_PAGE = 40
    for _ in range(1 + more):
        book_in(GenreFactory(parent=fiction, book_count=1), stock=1)
    count_facets(today=timezone.localdate())

    # As the list of all books, and the genre with those below it.
    with django_assert_num_queries(8):
        response = client.get(fiction.get_absolute_url())

    assert len(response.context["list"].books) == len(response.context["children"]) == 1 + more


# Authors


def test_a_book_is_listed_once_though_its_author_also_drew_the_pictures(client, austen):
    book = book_by(austen, title="Emma")
    Contribution.objects.create(book=book, contributor=austen, role=Contribution.Role.ILLUSTRATOR)

    assert shown(client.get("/authors/jane-austen/")) == ["Emma"]


def test_what_somebody_translated_is_on_their_page(client, austen):
    book = BookFactory(title="Corinne")
    Contribution.objects.create(book=book, contributor=austen, role=Contribution.Role.TRANSLATOR)

    assert shown(client.get("/authors/jane-austen/")) == ["Corinne"]


# Genres


def test_a_genre_includes_the_books_of_all_genres_below_it_each_once(client, fiction):
    crime = GenreFactory(name="Crime", parent=fiction)
    cosy = GenreFactory(name="Cosy crime", parent=crime)
    book_in(fiction, crime, cosy, title="The Moonstone")
    book_in(cosy, title="The Mysterious Affair at Styles")
    book_in(GenreFactory(name="Poetry"), title="Sonnets")

    response = client.get("/genres/fiction/")

    assert shown(response) == ["The Moonstone", "The Mysterious Affair at Styles"]
    assert response.context["list"].count_text == "2 books"


def test_a_genre_leaves_out_the_books_of_the_genre_above_it(client, fiction):
    crime = GenreFactory(name="Crime", parent=fiction)
    book_in(fiction, title="Emma")

    assert shown(client.get(crime.get_absolute_url())) == []


def test_genres_that_form_a_circle_end_all_the_same(client, fiction):
    crime = GenreFactory(name="Crime", parent=fiction)
    with without_triggers("catalog_genre"):
        Genre.objects.filter(pk=fiction.pk).update(parent=crime)
    book_in(crime, title="The Moonstone")

    assert shown(client.get("/genres/fiction/")) == ["The Moonstone"]


def test_a_genre_names_the_one_above_and_those_below_that_have_books(client, fiction):
    crime = GenreFactory(name="Crime", parent=fiction, book_count=2)
    cosy = GenreFactory(name="Cosy crime", parent=crime, book_count=1)
    GenreFactory(name="Hard-boiled", parent=crime, book_count=0)

    response = client.get(crime.get_absolute_url())

    assert f'<a href="{fiction.get_absolute_url()}">Fiction</a>' in response.text
    assert list(response.context["children"]) == [cosy]


def test_the_contents_list_top_genres_by_name(client, fiction):
    GenreFactory(name="Art", book_count=1)
    GenreFactory(name="Crime", parent=fiction, book_count=1)
    GenreFactory(name="Cookery", book_count=0)

    response = client.get("/genres/")

    assert [genre.name for genre in response.context["genres"]] == ["Art", "Fiction"]
    assert "{{" not in response.text


def test_the_contents_may_be_empty(client):
    assert "The first books are on their way." in client.get("/genres/").text


@pytest.mark.parametrize("more", [0, 30])
def test_the_contents_cost_two_queries_however_many_genres(
    client, fiction, more, django_assert_num_queries
):
    for _ in range(more):
        GenreFactory(parent=GenreFactory(book_count=1), book_count=1)

    with django_assert_num_queries(2):
        response = client.get("/genres/")

    assert len(response.context["genres"]) == 1 + more


def test_an_authors_works_stand_in_their_order_with_all_editions_together(client, austen):
    emma, persuasion = Work.objects.create(title="Emma"), Work.objects.create(title="Persuasion")
    for title, year, work in (
        ("Emma, anew", 2003, emma),
        ("Persuasion", 1818, persuasion),
        ("Persuasion, anew", 1990, persuasion),
        ("Letters", 1870, None),
        ("Emma", 1815, emma),
        ("Undated", None, None),
    ):
        book_by(austen, title=title, work=work, published_on=year and date(year, 1, 1))

    books = client.get("/authors/jane-austen/").context["list"].books

    assert [book.title for book in books] == [
        *("Emma", "Emma, anew", "Persuasion", "Persuasion, anew", "Letters", "Undated")
    ]
