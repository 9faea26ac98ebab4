"""What machines read of a book's page."""

import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone

from catalog.models import Book, Contribution, Publisher, Series
from shop.models import DeliveryMethod
from tests.factories import (
    BookFactory,
    ContributorFactory,
    DeliveryMethodFactory,
    GenreFactory,
    ratings,
)

pytestmark = pytest.mark.django_db


SITE = "http://testserver"
# The words of the page for what schema.org has a name for.
WORDS = {
    "InStock": "In stock",
    "LimitedAvailability": "Last 2 in stock",
    "OutOfStock": "Out of stock, waiting list open",
    "Discontinued": "Out of print",
}


def graph_on(text: str) -> list[dict]:
    """The nodes, as a machine parses them out of a page."""
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    graph = json.loads(data)
    assert graph["@context"] == "https://schema.org"
    return graph["@graph"]


def graph_of(client, book: Book) -> tuple[dict, dict]:
    """The trail and the product."""
    trail, product = graph_on(client.get(book.get_absolute_url()).text)
    return trail, product


def texts_of(html: str, pattern: str) -> list[str]:
    """What a reader sees of the elements that begin with `pattern`, up to the end of the same kind."""
    element = re.match(r"<(\w+)", pattern)[1]
    inside = re.findall(rf"{pattern}[^>]*>(.*?)</{element}>", html, re.DOTALL)
    return [unescape(re.sub("<.*?>", "", text)).strip() for text in inside]


def crumbs_on(text: str) -> list[tuple[str, str | None]]:
    """Names and addresses of the breadcrumbs that a reader sees."""
    (crumbs,) = re.findall(r'<nav class="crumbs".*?</nav>', text, re.DOTALL)
    steps = re.findall(r"<li[^>]*>(.*?)</li>", crumbs)
    links = [re.search(r'href="(.*?)"', step) for step in steps]
    return [
        (unescape(re.sub("<.*?>", "", step)), SITE + link[1] if link else None)
        for step, link in zip(steps, links, strict=True)
    ]


def crumbs_in(trail: dict) -> list[tuple[str, str | None]]:
    assert trail["@type"] == "BreadcrumbList"
    return [(step["name"], step.get("item")) for step in trail["itemListElement"]]


@pytest.mark.parametrize(
    ("facts", "schema"),
    [
        ({"stock": 5, "price": "12.50", **ratings(13, 3)}, "InStock"),
        ({"stock": 2, "title": "Emma & <i>Co</i>"}, "LimitedAvailability"),
        ({"stock": 0, **ratings(4, 1)}, "OutOfStock"),
        ({"stock": 0, "publishing_status": "out_of_print"}, "Discontinued"),
    ],
)
def test_the_graph_and_what_a_reader_sees_agree(client, facts, schema):
    book = BookFactory(**facts)
    book.genres.add(GenreFactory(name="Crime & Punishment", parent=GenreFactory(name="Fiction")))

    text = client.get(book.get_absolute_url()).text

    trail, product = graph_on(text)
    offer, rating = product["offers"], product.get("aggregateRating")
    assert crumbs_in(trail) == crumbs_on(text)
    assert texts_of(text, "<h1") == [product["name"]]
    assert texts_of(text, '<p class="price"')[0] == f"£{offer['price']}"
    assert offer["availability"] == f"https://schema.org/{schema}"
    assert texts_of(text, '<p class="av')[0] == WORDS[schema]
    seen = re.search(r"Rated ([\d.]+) out of 5, (\d+) review", text)
    assert bool(seen) == bool(rating)
    if seen:
        assert (float(seen[1]), int(seen[2])) == (rating["ratingValue"], rating["ratingCount"])


@pytest.mark.parametrize(("price", "rate"), [("10.00", "2.95"), ("30.00", "0.00")])
def test_delivery_costs_what_the_page_says(client, price, rate):
    DeliveryMethod.objects.all().delete()
    method = DeliveryMethodFactory(name="Second class", days_from=2, days_to=3, free_from=30)
    DeliveryMethodFactory(name="By weight", days_from=2, days_to=3, price_by="weight")
    DeliveryMethodFactory(name="Collect", days_from=1, days_to=1, kind="collect")
    DeliveryMethodFactory(name="Some day")
    book = BookFactory(price=price)

    text = client.get(book.get_absolute_url()).text

    (way,) = graph_on(text)[1]["offers"]["shippingDetails"]
    assert way["shippingRate"] == {"@type": "MonetaryAmount", "value": rate, "currency": "GBP"}
    assert way["shippingDestination"]["addressCountry"] == "GB"
    days = way["deliveryTime"]["transitTime"]
    assert (days["minValue"], days["maxValue"]) == (2, 3)
    assert f"£{method.price}, or free from £30.00." in text


def test_where_the_page_names_no_delivery_the_graph_names_none(client):
    DeliveryMethodFactory(days_from=2, days_to=3)

    _trail, product = graph_of(client, BookFactory(stock=0))

    assert "shippingDetails" not in product["offers"]


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
    assert product["author"][0]["url"].startswith("http://testserver/authors/")
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
    assert [step["name"] for step in steps] == ["Home", "Fiction", "Crime", "Emma"]
    assert [step["position"] for step in steps] == [1, 2, 3, 4]
    assert steps[2]["item"] == "http://testserver/genres/crime/"


def test_no_title_closes_the_element(client):
    title = "</script><script>alert(1)</script> & <!--"

    _trail, product = graph_of(client, BookFactory(title=title))

    assert product["name"] == title


# Lists and the front page


@pytest.fixture
def shop(settings):
    """One book on everything, and one more page of each list."""
    settings.BOOKS_PER_PAGE = 1
    genre = GenreFactory(name="Crime & <Co>", slug="crime", parent=GenreFactory(name="Fiction"))
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    publisher = Publisher.objects.create(name="Virago", slug="virago")
    author = ContributorFactory(name="Jane </script> Austen", slug="jane-austen")
    for _ in range(2):
        book = BookFactory(publisher=publisher, series=series)
        book.genres.add(genre)
        Contribution.objects.create(book=book, contributor=author)


LISTS = [
    *("/books/", "/genres/crime/", "/authors/jane-austen/", "/series/brown-birds/"),
    "/publishers/virago/",
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("number", [1, 2])
def test_a_list_is_described_with_its_books_in_their_places(client, shop, path, number):
    address = path if number == 1 else f"{path}?page={number}"

    text = client.get(address).text

    trail, collection, *people = graph_on(text)
    assert crumbs_in(trail) == crumbs_on(text)
    assert collection["@type"] == "CollectionPage"
    assert [collection["name"]] == texts_of(text, "<h1")
    assert f'<link rel="canonical" href="{collection["url"]}">' in text
    (book,) = re.findall(r'<h3><a href="(.*?)"', text)
    (item,) = collection["mainEntity"]["itemListElement"]
    assert (item["position"], item["url"]) == (number, SITE + book)
    assert bool(people) == ("authors" in path)


def test_an_author_is_one_person_on_all_pages(client, shop):
    _trail, collection, person = graph_on(client.get("/authors/jane-austen/").text)
    _trail, product = graph_of(client, Book.objects.first())

    assert person["@type"] == "Person"
    assert person == product["author"][0]
    assert collection["about"] == {"@id": person["@id"]}


@pytest.mark.parametrize("query", ["sort=title", "stock=now", "q=book", "after=9780141439587"])
def test_a_list_that_is_not_for_search_engines_has_no_graph(client, shop, query):
    assert "ld+json" not in client.get(f"/books/?{query}", follow=True).text


def test_the_front_page_describes_the_shop_and_how_to_search_it(client, settings):
    text = client.get("/").text

    (shop,) = graph_on(text)
    assert (shop["@type"], shop["name"], shop["url"]) == ("BookStore", "Octavo", f"{SITE}/")
    assert shop["address"]["streetAddress"] in text
    template = shop["potentialAction"]["target"]["urlTemplate"]
    assert "“dracula”" in client.get(template.format(words="dracula")).text
    assert "openingHours" not in shop


# Links that are shared


@pytest.mark.parametrize("path", ["/", "/genres/", *LISTS])
def test_a_shared_page_has_a_title_an_address_and_a_picture(client, shop, path):
    text = client.get(path).text

    facts = dict(
        re.findall(r'<meta (?:property|name)="(og:.*?|twitter:.*?)" content="(.*?)">', text)
    )
    assert facts["og:url"] == SITE + path
    assert unescape(facts["og:title"])
    assert client.get(facts["og:image"]).headers["Content-Type"] == "image/png"
    assert facts["twitter:card"] == "summary_large_image"


def test_a_shared_book_shows_its_own_picture(client):
    book = BookFactory(title="Emma & Co", byline="Jane Austen")

    text = client.get(book.get_absolute_url()).text

    assert 'content="Emma &amp; Co, Jane Austen"' in text
    (card,) = re.findall(r'og:image" content="(.*?)"', text)
    assert card.startswith(f"{SITE}/cards/{book.ean}-")
