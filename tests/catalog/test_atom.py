"""Feeds of new books."""

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from catalog.models import BookText, Contribution
from shop.lists import count_facets
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "http://testserver"
ADDED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def feed(client, address: str) -> ElementTree.Element:
    response = client.get(address)
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)


def texts(element: ElementTree.Element, path: str) -> list[str | None]:
    return [
        found.text for found in element.findall("/".join(ATOM + step for step in path.split("/")))
    ]


def new_book(**facts):
    return BookFactory(**{"published_on": date(2026, 2, 1), "added_at": ADDED} | facts)


def test_the_feed_has_the_newest_books_that_are_for_sale(client):
    today = timezone.localdate()
    new_book(title="Last week", published_on=today - timedelta(days=7))
    new_book(title="Today", published_on=today)
    new_book(title="To come", published_on=today + timedelta(days=7))
    new_book(title="Not for sale", price=None)
    new_book(title="Withdrawn", withdrawn_at=timezone.now())

    assert texts(feed(client, "/new.atom"), "entry/title") == ["Today", "Last week"]


def test_an_entry_says_what_the_book_is_and_when_it_came(client):
    book = new_book(title="Emma", byline="Jane Austen", slug="emma", format="pocket", pages=300)
    BookText.objects.create(book=book, description="A novel & <b>more</b>.")

    found = feed(client, "/new.atom")

    (entry,) = found.findall(f"{ATOM}entry")
    address = f"{SITE}/books/{book.ean}/emma/"
    assert texts(entry, "id") == [address]
    assert entry.find(f"{ATOM}link").get("href") == address
    assert texts(entry, "author/name") == ["Jane Austen"]
    assert texts(entry, "updated") == texts(found, "updated") == ["2026-03-01T12:00:00+00:00"]
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert "Jane Austen. Pocket, 300 pages" in summary.text
    assert "A novel &amp; &lt;b&gt;more&lt;/b&gt;." in summary.text
    assert "10.00" not in summary.text


def test_no_title_breaks_the_feed(client):
    title = "</title><script>alert(1)</script> & ]]>"
    new_book(title=title)

    assert texts(feed(client, "/new.atom"), "entry/title") == [title]


def test_a_genre_has_a_feed_of_its_books_and_of_those_below_it(client):
    fiction = GenreFactory(name="Fiction & Verse", slug="fiction")
    new_book(title="Emma").genres.add(GenreFactory(parent=fiction))
    new_book(title="Walden")

    found = feed(client, "/genres/fiction/new.atom")

    assert texts(found, "entry/title") == ["Emma"]
    assert texts(found, "title") == ["Octavo: Fiction & Verse"]
    links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
    assert links == {
        "alternate": f"{SITE}/genres/fiction/",
        "self": f"{SITE}/genres/fiction/new.atom",
    }


def test_an_author_has_a_feed(client):
    author = ContributorFactory(name="Jane Austen", slug="jane-austen")
    Contribution.objects.create(book=new_book(title="Emma"), contributor=author)
    new_book(title="Walden")

    assert texts(feed(client, "/authors/jane-austen/new.atom"), "entry/title") == ["Emma"]


@pytest.mark.parametrize("address", ["/genres/none/new.atom", "/authors/none/new.atom"])
def test_what_is_not_there_has_no_feed(client, address):
    assert client.get(address).status_code == 404


def test_a_feed_without_books_never_changed(client):
    found = feed(client, "/new.atom")

    assert texts(found, "updated") == ["1970-01-01T00:00:00+00:00"]


def test_who_has_the_feed_is_not_sent_it_again(client):
    new_book()
    response = client.get("/new.atom")

    again = client.get("/new.atom", headers={"If-None-Match": response.headers["ETag"]})

    assert response.headers["Cache-Control"] == "public, max-age=600"
    assert "Last-Modified" not in response.headers
    assert not response.cookies
    assert again.status_code == 304


def test_a_feed_whose_old_entry_changed_is_sent_again(client):
    book = new_book()
    tag = client.get("/new.atom").headers["ETag"]
    book.title = "Another"
    book.save()

    assert client.get("/new.atom", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(("kind", "queries"), [("", 6), ("genre", 7), ("author", 8)])
@pytest.mark.parametrize("more", [0, 20])
def test_a_feed_costs_as_many_queries_however_many_books(
    client, kind, queries, more, django_assert_num_queries
):
    genre, author = GenreFactory(slug="crime"), ContributorFactory(slug="christie")
    for _ in range(1 + more):
        book = new_book()
        book.genres.add(genre)
        Contribution.objects.create(book=book, contributor=author)
    count_facets(today=timezone.localdate())
    paths = {"": "/", "genre": "/genres/crime/", "author": "/authors/christie/"}

    with django_assert_num_queries(queries):
        found = feed(client, f"{paths[kind]}new.atom")

    assert len(found.findall(f"{ATOM}entry")) == 1 + more


@pytest.mark.parametrize("path", ["/", "/genres/crime/", "/authors/christie/"])
def test_the_page_leads_to_its_feed(client, path):
    book = new_book()
    book.genres.add(GenreFactory(slug="crime"))
    author = ContributorFactory(slug="christie")
    Contribution.objects.create(book=book, contributor=author)

    text = client.get(path).text

    assert f'<link rel="alternate" type="application/atom+xml" href="{path}new.atom"' in text
    assert f'<a href="{path}new.atom">' in text
