"""What machines read of a book's page."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog.models import Book, Contribution, Publisher, Series
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db


def graph_of(client, book: Book) -> tuple[dict, dict]:
    """The trail and the product, as a machine parses them out of the page."""
    text = client.get(book.get_absolute_url()).text
    data = text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    graph = json.loads(data)
    assert graph["@context"] == "https://schema.org"
    trail, product = graph["@graph"]
    return trail, product


def test_a_book_is_described(client):
    book = BookFactory(
        ean="9780141439587",
        title="Emma",
        slug="emma",
        subtitle="A Novel",
        format=Book.Format.CLOTHBOUND,
        language="en",
        pages=512,
        published_on=date(1815, 12, 1),
        published_precision=Book.DatePrecision.MONTH,
        publisher=Publisher.objects.create(name="Virago", slug="virago"),
        series=Series.objects.create(title="Brown Birds", slug="brown-birds"),
        series_number="3",
    )
    for role in ("A01", "B01", "A24"):
        Contribution.objects.create(book=book, contributor=ContributorFactory(name=role), role=role)

    _trail, product = graph_of(client, book)

    assert product["@type"] == ["Product", "Book"]
    assert product["isbn"] == product["gtin13"] == "9780141439587"
    assert product["bookFormat"] == "https://schema.org/Hardcover"
    assert product["datePublished"] == "1815-12"
    assert product["numberOfPages"] == 512
    assert product["publisher"]["name"] == "Virago"
    assert product["isPartOf"]["name"] == "Brown Birds"
    assert [product[role][0]["name"] for role in ("author", "editor", "contributor")] == [
        *("A01", "B01", "A24"),
    ]
    assert product["url"] == "http://testserver/books/9780141439587/emma/"
    assert "aggregateRating" not in product


def test_the_offer_says_what_the_page_says(client):
    _trail, product = graph_of(client, BookFactory(stock=2))

    offer = product["offers"]
    assert (offer["price"], offer["priceCurrency"]) == ("10.00", "GBP")
    assert offer["availability"] == "https://schema.org/LimitedAvailability"
    assert offer["hasMerchantReturnPolicy"]["merchantReturnDays"] == 14


@pytest.mark.parametrize("stock", [0, 5])
def test_a_book_to_come_names_its_day(client, stock):
    day = timezone.localdate() + timedelta(days=9)

    _trail, product = graph_of(client, BookFactory(on_sale_on=day, stock=stock))

    assert product["offers"]["availability"] == "https://schema.org/PreOrder"
    assert product["offers"]["availabilityStarts"] == str(day)


def test_a_book_without_a_price_is_not_offered(client):
    _trail, product = graph_of(client, BookFactory(price=None))

    assert "offers" not in product


def test_goods_without_an_isbn_have_a_number_all_the_same(client):
    _trail, product = graph_of(client, BookFactory(ean="2900000000018"))

    assert product["gtin13"] == "2900000000018"
    assert "isbn" not in product


def test_the_trail_leads_from_the_widest_genre_to_the_book(client):
    fiction = GenreFactory(name="Fiction", slug="fiction")
    crime = GenreFactory(name="Crime", slug="crime", parent=fiction)
    book = BookFactory(title="Emma")
    book.genres.add(crime)

    trail, _product = graph_of(client, book)

    steps = trail["itemListElement"]
    assert [step["name"] for step in steps] == ["Fiction", "Crime", "Emma"]
    assert [step["position"] for step in steps] == [1, 2, 3]
    assert steps[1]["item"] == "http://testserver/genres/crime/"


def test_no_title_closes_the_element(client):
    title = "</script><script>alert(1)</script> & <!--"

    _trail, product = graph_of(client, BookFactory(title=title))

    assert product["name"] == title
