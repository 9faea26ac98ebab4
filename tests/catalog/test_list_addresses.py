"""One list, one address."""

from urllib.parse import urlencode

import pytest

from catalog.models import Contribution, Publisher, Series
from tests.depth import deep_after
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _genres():
    GenreFactory(slug="poetry")
    GenreFactory(slug="crime")
    BookFactory(title="Emma")


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("q=&genre=&format=&from=&to=&stock=&sort=", ""),
        ("page=1", ""),
        ("page=", ""),
        ("sort=bestselling", ""),
        ("sort=reading", ""),
        ("sort=nonsense", ""),
        ("q=emma&sort=relevance", "q=emma"),
        ("sort=relevance", ""),
        ("q=++emma++woodhouse+", "q=emma+woodhouse"),
        ("q=emma%20woodhouse", "q=emma+woodhouse"),
        ("literal=1", ""),
        ("q=emma&literal=yes", "q=emma"),
        ("sort=price&q=emma", "q=emma&sort=price"),
        ("genre=poetry&genre=crime&genre=poetry", "genre=crime&genre=poetry"),
        ("genre=poetry&format=pocket&genre=crime", "genre=crime&genre=poetry&format=pocket"),
        ("genre=nonsense", ""),
        ("format=scroll&format=pocket", "format=pocket"),
        ("stock=never", ""),
        ("rating=3&rating=4", "rating=3"),
        ("language=xx", ""),
        ("from=5.00", "from=5"),
        ("from=5.5", "from=5.50"),
        ("from=5.119&to=9.999", "from=5.12&to=10"),
        ("from=5%2C50&to=9%2C5", "from=5.50&to=9.50"),
        ("from=1%2C000&to=9%2C", ""),
        ("from=0&to=0", ""),
        ("from=-1&to=lots", ""),
        ("from=20&to=10", "from=10&to=20"),
        ("from=1e5", ""),
        ("utm_source=x&sort=price", "sort=price"),
        ("role=author", ""),
        ("page=2&after=9780141439587", "after=9780141439587"),
        ("q=emma&after=9780141439587", "q=emma"),
        ("q=emma&page=last", "q=emma"),
    ],
)
def test_every_other_spelling_leads_to_the_canonical_address(client, asked, canonical):
    response = client.get(f"/books/?{asked}")

    assert response.status_code == 302
    assert response.headers["Location"] == ("/books/?" + canonical if canonical else "/books/")


@pytest.mark.parametrize(
    "query",
    [
        "q=emma&literal=1&genre=crime&genre=poetry&format=pocket&from=5&to=9.50&stock=now&rating=3"
        "&era=before-1900&length=evening&sort=price",
        urlencode({"q": "“é ~*+%\U0001f600"}),
    ],
)
def test_a_canonical_address_stays_as_it_is(client, query):
    assert client.get(f"/books/?{query}").status_code == 200


def test_a_redirect_ends_at_once(client):
    response = client.get("/books/", {"q": b"\xff\xfe".decode("latin-1"), "page": "1"}, follow=True)

    assert len(response.redirect_chain) == 1


def test_the_genres_page_knows_no_other_genre(client):
    response = client.get("/genres/crime/?genre=poetry&format=pocket")

    assert response.headers["Location"] == "/genres/crime/?format=pocket"


# Robots


ROBOTS = '<meta name="robots" content="noindex,follow">'


@pytest.mark.parametrize(
    ("query", "is_indexed", "canonical"),
    [
        ("", True, "/books/"),
        ("page=2", True, "/books/?page=2"),
        ("page=last", False, "/books/"),
        ("sort=price", False, "/books/"),
        ("format=pocket", False, "/books/"),
        ("from=5", False, "/books/"),
        ("q=book", False, "/books/"),
    ],
)
def test_only_plain_lists_are_for_search_engines(client, settings, query, is_indexed, canonical):
    settings.BOOKS_PER_PAGE = 2
    BookFactory.create_batch(3, format="pocket")

    text = client.get(f"/books/?{query}").text

    assert (ROBOTS not in text) == is_indexed
    assert f'<link rel="canonical" href="http://testserver{canonical}">' in text


PLACES = {
    "genre": "/genres/fiction/",
    "author": "/authors/jane-austen/",
    "series": "/series/novels/",
    "publisher": "/publishers/virago/",
}


@pytest.fixture
def on_every_list(settings):
    """Two pages of one genre, by one author, in one series of one publisher."""
    settings.BOOKS_PER_PAGE = 1
    genre, author = GenreFactory(slug="fiction"), ContributorFactory(slug="jane-austen")
    facts = {
        "series": Series.objects.create(title="Novels", slug="novels"),
        "publisher": Publisher.objects.create(name="Virago", slug="virago"),
    }
    for book in BookFactory.create_batch(2, format="pocket", **facts):
        book.genres.add(genre)
        Contribution.objects.create(book=book, contributor=author)


@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize(
    ("query", "status", "is_indexed", "canonical"),
    [
        ("", 200, True, ""),
        ("page=2", 200, True, "?page=2"),
        ("page=3", 404, False, None),
        ("page=last", 200, False, ""),
        ("sort=title", 200, False, ""),
        ("format=pocket", 200, False, ""),
        # No book is both.
        ("format=hardback&rating=4", 200, False, ""),
        ("q=nothing", 200, False, ""),
    ],
)
def test_every_kind_of_list_has_the_same_rules(
    client, on_every_list, path, query, status, is_indexed, canonical
):
    response = client.get(f"{path}?{query}")

    assert response.status_code == status
    assert (ROBOTS not in response.text and "noindex" not in response.text) == is_indexed
    if canonical is not None:
        tag = f'<link rel="canonical" href="http://testserver{path}{canonical}">'
        assert tag in response.text
        assert response.text.count('rel="canonical"') == 1


def test_a_part_that_somebody_played_is_not_for_search_engines(client, on_every_list):
    text = client.get("/authors/jane-austen/?role=author").text

    assert ROBOTS in text
    assert '<link rel="canonical" href="http://testserver/authors/jane-austen/">' in text


@pytest.mark.parametrize("path", ["/", "/genres/"])
def test_other_pages_name_their_one_address(client, path):
    text = client.get(f"{path}?utm_source=x").text

    assert f'<link rel="canonical" href="http://testserver{path}">' in text


def test_a_book_has_one_address(client):
    book = BookFactory(slug="emma")
    address = f"/books/{book.ean}/emma/"

    assert client.get(f"/books/{book.ean}/elinor/").status_code == 301
    text = client.get(f"{address}?utm_source=x").text
    assert f'<link rel="canonical" href="http://testserver{address}">' in text
    assert "noindex" not in text


def test_an_empty_list_is_not_for_search_engines(client):
    GenreFactory(slug="nothing")

    assert ROBOTS in client.get("/genres/nothing/").text


def test_the_page_names_its_neighbours(client, settings):
    settings.BOOKS_PER_PAGE = 1
    BookFactory.create_batch(2)

    text = client.get("/books/?page=2").text

    assert '<link rel="prev" href="/books/">' in text
    assert '<link rel="next" href="/books/?page=3">' in text


# Nonsense

NONSENSE = (
    *("abc", "-1", "0", "9" * 40, "१२३", "²", "1.5", "NaN", "1e999", "<script>", "'\"; --"),
    *(
        "%s %(a)s",
        "a & | ! ( <-> :* \\",
        "x" * 5000,
        "源氏物語",
        "📚",
        "../..",
        "   ",
        "last",
        "\ud800",
    ),
)
KEYS = (
    *("q", "literal", "role", "genre", "format", "from", "to", "stock", "rating"),
    *("language", "era", "length", "sort", "page", "after", "nonsense"),
)


@pytest.mark.slow
@pytest.mark.parametrize("path", deep_after(1, ("/books/", "/genres/crime/", "/series/novels/")))
@pytest.mark.parametrize("key", KEYS)
def test_nonsense_gives_a_list_or_a_404(client, key, path):
    series = Series.objects.create(title="Novels", slug="novels")
    BookFactory(title="Persuasion", series=series)
    for value in NONSENSE:
        query = urlencode({key: value.encode("utf-8", "surrogatepass")})
        response = client.get(f"{path}?{query}", follow=True)
        assert response.status_code in (200, 404), value
