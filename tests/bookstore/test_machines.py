"""What programs ask of every site."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from bookstore.views.pages import PLAIN_PAGES
from catalog import sitemaps
from catalog.models import Contribution, Publisher, Series
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "http://testserver"


# robots.txt


@pytest.fixture(scope="module")
def rules() -> dict[str, bool]:
    """The patterns of robots.txt, and whether they let somebody in."""
    lines = Client().get("/robots.txt").text.splitlines()
    pairs = [line.split(": ") for line in lines if line.startswith(("Allow", "Disallow"))]
    return {pattern: verb == "Allow" for verb, pattern in pairs}


def may_fetch(rules: dict[str, bool], address: str) -> bool:
    """As RFC 9309 has it: the longest pattern that fits the beginning of the address."""
    fitting = [
        (len(pattern), allows)
        for pattern, allows in rules.items()
        if re.match(re.escape(pattern).replace(r"\*", ".*"), address)
    ]
    return max(fitting)[1] if fitting else True


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/basket/add/9780141439587/",
            "/checkout/payment/",
            "/orders/",
            "/accounts/login/?next=/",
            "/admin/",
        ),
        *("/search/suggest/?q=em", "/wishlist/add/9780141439587/", "/reviews/of/978/write/"),
        "/books/?genre=crime&format=pocket&sort=price",
        "/genres/crime/?format=pocket&stock=now&page=2",
    ],
)
def test_search_engines_leave_alone_what_nobody_need_fetch(rules, address):
    assert not may_fetch(rules, address)


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/books/", "/books/9780141439587/emma/", "/genres/crime/?page=2", "/sitemap.xml"),
        "/basket/",
        *("/cards/9780141439587-0123456789ab.png", "/covers/9780141439587-0123456789ab.svg"),
        "/books/9780141439587/emma/?utm_source=a&utm_medium=b&utm_campaign=c",
        # These say noindex, and nobody could see it.
        *("/books/?format=pocket", "/books/?format=pocket&sort=price", "/books/?q=emma"),
        *("/wishlist/shared/2f4e/", "/reviews/of/9780141439587/", "/prebooks/place/2f4e/"),
    ],
)
def test_search_engines_may_fetch_what_they_are_to_see(rules, address):
    assert may_fetch(rules, address)


def test_robots_name_the_sitemap(client):
    response = client.get("/robots.txt")

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert f"\nSitemap: {SITE}/sitemap.xml\n" in response.text


# Sitemaps


def listed(address: str) -> list[str]:
    response = Client().get(address)
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    found = [loc.text for loc in ElementTree.fromstring(response.content).iter(f"{NAMESPACE}loc")]
    assert all(address.startswith(f"{SITE}/") for address in found)
    return [address.removeprefix(SITE) for address in found]


def everything_listed() -> list[str]:
    return [address for file in listed("/sitemap.xml") for address in listed(file)]


@pytest.fixture
def shop():
    crime, author = GenreFactory(slug="crime", book_count=1), ContributorFactory(slug="christie")
    publisher = Publisher.objects.create(name="Virago", slug="virago")
    series = Series.objects.create(title="Novels", slug="novels")
    book = BookFactory(ean="9780141439587", slug="emma", publisher=publisher, series=series)
    book.genres.add(crime)
    Contribution.objects.create(book=book, contributor=author)
    BookFactory(ean="9780000000019", withdrawn_at=timezone.now())
    # Pages of their own, but with no books, and so not for search engines.
    GenreFactory(slug="empty")
    ContributorFactory(slug="nobody")
    Series.objects.create(title="None", slug="none")
    Publisher.objects.create(name="None", slug="none")


def test_the_sitemaps_list_every_page_for_search_engines_and_no_other(shop):
    rest = ["/", "/books/", "/genres/", "/queue/", *(f"/{page}/" for page in PLAIN_PAGES)]

    assert sorted(everything_listed()) == sorted(
        [
            *rest,
            "/books/9780141439587/emma/",
            *("/genres/crime/", "/authors/christie/", "/series/novels/", "/publishers/virago/"),
        ]
    )


def test_what_is_listed_is_a_page_for_search_engines_under_its_own_address(client, shop):
    for address in everything_listed():
        response = client.get(address)
        assert response.status_code == 200, address
        assert "noindex" not in response.text, address


def test_a_book_stands_in_the_file_of_its_key_though_keys_have_gaps(monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 10)
    for key in (9, 10, 11, 1_000_003):
        BookFactory(pk=key, ean=f"{key:013d}", slug="a")
    BookFactory(pk=500, withdrawn_at=timezone.now())

    files = [file for file in listed("/sitemap.xml") if "books" in file]

    assert files == [f"/sitemaps/books-{number}.xml" for number in (0, 1, 100_000)]
    assert listed(files[1]) == ["/books/0000000000010/a/", "/books/0000000000011/a/"]


@pytest.mark.parametrize("more", [0, 30])
def test_a_sitemap_costs_as_many_queries_however_many_books(
    client, more, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(sitemaps, "SIZE", 20)
    BookFactory.create_batch(1 + more)
    files = list(sitemaps.files())

    with django_assert_num_queries(5):
        client.get("/sitemap.xml")
    with django_assert_num_queries(1):
        client.get(f"/sitemaps/books-{files[0][1]}.xml")


@pytest.mark.parametrize("file", ["orders-0", "books-99999999999999999999", "books-x", "books"])
def test_there_is_no_other_sitemap(client, file):
    assert client.get(f"/sitemaps/{file}.xml").status_code == 404


# Well-known addresses


def test_password_managers_find_where_a_password_is_changed(client):
    response = client.get("/.well-known/change-password")

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/password/change/"


def test_whoever_finds_a_hole_finds_whom_to_tell(client, settings):
    response = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == f"mailto:{settings.SHOP['email']}"
    assert fields["Canonical"] == f"{SITE}/.well-known/security.txt"
    assert fields["Preferred-Languages"].startswith("en")
    ahead = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    # RFC 9116 wants it to be less than a year.
    assert timedelta(days=100) < ahead < timedelta(days=365)


@pytest.mark.parametrize("name", ["terms", "delivery"])
def test_a_plain_page_names_its_one_address(client, name):
    response = client.get(f"/{name}/?utm_source=x")

    assert response.headers["Link"] == f'<{SITE}/{name}/>; rel="canonical"'
