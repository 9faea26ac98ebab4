from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from catalog.models import Book, BookText, Contribution, Publisher, Series
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma() -> Book:
    return BookFactory(ean="9780141439587", title="Emma", slug="emma")


def test_the_page_shows_all_that_is_known_of_a_book(client):
    book = BookFactory(
        title="Emma",
        subtitle="A Novel",
        format=Book.Format.HARDBACK,
        language="en",
        pages=512,
        height_mm=198,
        width_mm=129,
        thickness_mm=24,
        weight_g=360,
        published_on=date(1815, 12, 1),
        published_precision=Book.DatePrecision.MONTH,
        publisher=Publisher.objects.create(name="Virago", slug="virago"),
        series=Series.objects.create(title="Brown Birds", slug="brown-birds"),
        series_number="3",
    )
    book.genres.add(GenreFactory(name="Comedy"))
    BookText.objects.create(book=book, description="Handsome, clever, and rich.")

    response = client.get(book.get_absolute_url())

    assert response.status_code == 200
    assert response.template_name == "catalog/book_detail.html"
    for words in (
        *("A Novel", "Hardback", "512", "198 × 129 × 24 mm, 360 g", "December 1815", "English"),
        *("Virago", "No. 3 in Brown Birds", "Comedy", "Handsome, clever, and rich.", book.ean),
        *("£10.00", "In stock", "Add to basket"),
    ):
        assert words in response.text, words
    assert "{{" not in response.text
    assert "{%" not in response.text


def test_a_book_of_which_little_is_known_has_a_page(client):
    book = BookFactory(byline="", price=None, stock=0)

    text = client.get(book.get_absolute_url()).text

    assert "Not for sale" in text
    assert "Add to basket" not in text
    assert "None" not in text
    assert "{{" not in text


def test_people_are_named_in_order_with_what_they_did(client, emma):
    for position, (name, role) in enumerate(
        [("Jane Austen", "A01"), ("Another Lady", "A01"), ("Fiona Stafford", "B01")]
    ):
        Contribution.objects.create(
            book=emma, contributor=ContributorFactory(name=name), role=role, position=position
        )

    text = client.get(emma.get_absolute_url()).text

    who = text.split('<p class="who">')[1].split("</p>")[0]
    parts = ["by ", ">Jane Austen<", ", ", ">Another Lady<", "; edited by ", ">Fiona Stafford<"]
    places = [who.index(part) for part in parts]
    assert places == sorted(places)


def test_words_of_a_publisher_are_shown_as_text(client):
    book = BookFactory(title="<b>Emma</b>", byline='"><script>')
    BookText.objects.create(book=book, description="<script>alert(1)</script>")

    text = client.get(book.get_absolute_url()).text

    assert "<b>Emma" not in text
    assert "<script>" not in text


def test_the_number_of_goods_without_an_isbn_is_not_called_one(client):
    tote_bag = BookFactory(ean="2900000000018")

    text = client.get(tote_bag.get_absolute_url()).text

    assert "<dt>Our number</dt>" in text
    assert "<dt>ISBN</dt>" not in text


def test_a_book_out_of_stock_cannot_be_put_in_the_basket(client):
    book = BookFactory(stock=0)

    text = client.get(book.get_absolute_url()).text

    assert "Out of stock" in text
    assert "Add to basket" not in text


# Addresses


def test_a_wrong_slug_leads_to_the_right_one_for_good(client, emma):
    response = client.get("/books/9780141439587/persuasion/")

    assert response.status_code == 301
    assert response.headers["Location"] == "/books/9780141439587/emma/"


@pytest.mark.parametrize(
    "address",
    [
        "9780141439587/",
        "0141439580/",
        "978-0-14-143958-7/",
        "0-14-143958-0/",
        "978 0 14 143958 7/",
        "0141439580/emma/",
        "978-0-14-143958-7/persuasion/",
    ],
)
def test_any_spelling_of_the_number_leads_to_the_book(client, emma, address):
    response = client.get(f"/books/{address}")

    assert response.status_code == 302
    assert response.headers["Location"] == emma.get_absolute_url()


def test_an_in_store_number_leads_to_its_page(client):
    tote_bag = BookFactory(ean="2900000000018")

    assert client.get("/books/2900000000018/").headers["Location"] == tote_bag.get_absolute_url()


@pytest.mark.parametrize(
    "address",
    ["9780465026562/", "9780465026562/emma/", "9780141439580/emma/", "emma/", "emma/emma/", "0/0/"],
)
def test_an_unknown_number_is_not_found(client, emma, address):
    assert client.get(f"/books/{address}").status_code == 404


@pytest.mark.parametrize("address", ["9780141439587/", "9780141439587/emma/", "0141439580/"])
def test_a_withdrawn_book_is_not_found(client, emma, address):
    Book.objects.update(withdrawn_at=timezone.now())

    assert client.get(f"/books/{address}").status_code == 404


# HTMX


def test_htmx_gets_the_buy_box_alone(client, emma):
    headers = {"HX-Request": "true", "HX-Target": "buy-box"}

    response = client.get(emma.get_absolute_url(), headers=headers)

    assert response.template_name == "catalog/book_detail.html#buy-box"
    assert "Add to basket" in response.text
    assert "csrfmiddlewaretoken" in response.text
    assert "<html" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true", "HX-Target": "results"},
        {"HX-Request": "true", "HX-Target": "buy-box", "HX-History-Restore-Request": "true"},
    ],
)
def test_anything_else_gets_the_whole_page(client, emma, headers):
    response = client.get(emma.get_absolute_url(), headers=headers)

    assert response.template_name == "catalog/book_detail.html"
    assert "<html" in response.text


# Cost


@pytest.mark.parametrize("more", [0, 30])
def test_the_page_costs_four_queries_however_much_belongs_to_the_book(
    client, emma, more, django_assert_num_queries
):
    for position in range(1 + more):
        emma.genres.add(GenreFactory())
        Contribution.objects.create(book=emma, contributor=ContributorFactory(), position=position)

    with django_assert_num_queries(4):
        response = client.get(emma.get_absolute_url())

    assert response.text.count('href="/authors/') == 1 + more


def test_a_visitor_gets_no_session_and_only_the_cookie_of_the_form(client, emma):
    response = client.get(emma.get_absolute_url())

    assert set(response.cookies) == {"csrftoken"}
    assert not Session.objects.exists()
