"""Each reader has the shop in their own language, from pages that are kept for all."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils.translation import trans_real

from bookstore import spoken
from catalog.models import Contribution, Series
from shop.models import DeliveryMethod
from tests import pseudo
from tests.conftest import KEPT
from tests.factories import BookFactory, ContributorFactory, GenreFactory

pytestmark = pytest.mark.django_db

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
# What stands on a page as it is stored or set.
SAID_BY_NOBODY = pseudo.words(
    "Emma, Jane Austen, Sea stories, Novels of manners, English, Esperanto, "
    # German and English have these in common.
    "April August September November, ISBN mm"
)


@pytest.mark.parametrize(
    ("headers", "cookie", "spoken"),
    [
        ({}, "", "en-gb"),
        (GERMAN, "", "de"),
        ({"Accept-Language": "en-US"}, "", "en-gb"),
        ({"Accept-Language": "fr, it;q=0.8"}, "", "en-gb"),
        (GERMAN, "en-gb", "en-gb"),
        ({}, "de", "de"),
        (GERMAN, "klingon", "de"),
    ],
)
def test_the_choice_of_the_reader_goes_before_that_of_the_browser(client, headers, cookie, spoken):
    if cookie:
        client.cookies["language"] = cookie

    response = client.get("/terms/", headers=headers)

    assert f'<html lang="{spoken}">' in response.text
    assert {"Accept-Language", "Cookie"} <= set(response.headers["Vary"].split(", "))


def test_a_page_before_all_others_is_in_the_language_too(client):
    assert '<html lang="de">' in client.get("/terms/%00", headers=GERMAN).text


def test_who_chooses_is_led_back_to_the_page_before_in_that_language(client):
    page = client.get("/language/", headers={"Referer": "http://testserver/books/?q=emma"})
    assert 'name="next" value="/books/?q=emma"' in page.text

    response = client.post("/language/", {"language": "de", "next": "/books/?q=emma"})

    assert response.headers["Location"] == "/books/?q=emma"
    assert response.cookies["language"]["max-age"] == 60 * 60 * 24 * 365
    assert '<html lang="de">' in client.get("/books/?q=emma").text


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example/", "//evil.example/", "http://testserver.evil.example/"),
        *("http://testserver//evil.example/", "http://testserver/language/", "no"),
    ],
)
def test_no_other_site_and_no_circle_is_led_back_to(client, elsewhere):
    page = client.get("/language/", headers={"Referer": elsewhere})
    response = client.post("/language/", {"language": "de", "next": elsewhere})

    assert 'name="next" value=""' in page.text
    assert response.headers["Location"] == "/"


def test_a_member_is_written_to_in_the_language_they_chose(shopper, shopper_client):
    shopper_client.post("/language/", {"language": "de"})

    shopper.refresh_from_db()
    assert shopper.language == "de"


def test_a_language_that_nobody_speaks_here_is_refused(client):
    response = client.post("/language/", {"language": "klingon"})

    assert response.status_code == 422
    assert "language" not in response.cookies


def test_the_footer_leads_to_the_choice_in_every_language(client):
    page = client.get("/terms/", headers=GERMAN).text

    footer = page.partition('class="colophon"')[2]
    assert '<a href="/language/">' in footer
    assert '<span lang="de">Deutsch</span>' in footer
    assert '<span lang="en-gb">English</span>' in footer


def test_a_shop_of_one_language_asks_nobody(settings):
    settings.LANGUAGES = [("en-gb", "English")]
    client = Client()

    response = client.get("/terms/", headers=GERMAN)

    assert '<html lang="en-gb">' in response.text
    assert "/language/" not in response.text
    assert "Accept-Language" not in response.headers.get("Vary", "")
    assert client.get("/language/").status_code == 404
    assert "the language you chose" not in client.get("/privacy/").text


def test_the_cookie_is_on_the_page_that_lists_them(client):
    assert "one with the language you chose" in client.get("/privacy/").text


@pytest.mark.parametrize(
    ("own", "all_of_them", "found"),
    [
        ("", "", ("en-gb", ["en-gb", "de"])),
        ("de", "", ("de", ["en-gb", "de"])),
        ("de", "de", ("de", ["de"])),
        ("", "de, en-GB", ("en-gb", ["en-gb", "de"])),
    ],
)
def test_an_operator_says_what_the_shop_speaks(monkeypatch, own, all_of_them, found):
    monkeypatch.setenv("SHOP_LANGUAGE", own)
    monkeypatch.setenv("SHOP_LANGUAGES", all_of_them)

    code, languages = spoken.languages()

    assert (code, [one for one, _name in languages]) == found


@pytest.mark.parametrize(
    ("own", "all_of_them", "words"),
    [("fr", "", "SHOP_LANGUAGE names 'fr'"), ("", "de,fr", "'fr'"), ("", "de", "leaves out")],
)
def test_a_language_without_a_translation_is_refused_at_the_start(
    monkeypatch, own, all_of_them, words
):
    monkeypatch.setenv("SHOP_LANGUAGE", own)
    monkeypatch.setenv("SHOP_LANGUAGES", all_of_them)

    with pytest.raises(ImproperlyConfigured, match=words):
        spoken.languages()


@pytest.fixture
def _speaks_pseudo(settings, monkeypatch) -> None:
    """With what is kept for all readers as in the shop."""
    settings.CACHES = {**settings.CACHES, **KEPT}
    settings.LANGUAGES = [("en-gb", "English"), (pseudo.CODE, "Esperanto")]
    monkeypatch.setitem(trans_real._translations, pseudo.CODE, pseudo.Pseudo(pseudo.CODE))


@pytest.mark.usefixtures("_speaks_pseudo")
def test_nothing_made_for_one_reader_is_kept_for_another_of_another_language():
    addresses = _a_small_shop()

    first = [_page(address, "en-gb") for address in addresses]
    other = [_page(address, pseudo.CODE) for address in addresses]
    again = [_page(address, "en-gb") for address in addresses]

    for address, english, foreign, english_again in zip(
        addresses, first, other, again, strict=True
    ):
        assert pseudo.words(english) == pseudo.words(english_again), address
        assert "⟦" not in english, address
        in_both = pseudo.words(english) & pseudo.words(pseudo.without_messages(foreign))
        assert in_both - _stored() == set(), address


def _page(address: str, language: str) -> str:
    client = Client()
    client.cookies["language"] = language
    response = client.get(address)
    assert response.status_code == 200
    return response.text


def _stored() -> set[str]:
    """The words that are alike in every language."""
    ways = DeliveryMethod.objects.values_list("name", "description")
    stored = [*django_settings.SHOP.values(), *(text for way in ways for text in way)]
    return SAID_BY_NOBODY | pseudo.words(" ".join(map(str, stored)))


def _a_small_shop() -> list[str]:
    jane = ContributorFactory(name="Jane Austen")
    genre = GenreFactory(name="Sea stories", book_count=30)
    series = Series.objects.create(title="Novels of manners", slug="novels-of-manners")
    books = [
        BookFactory(
            title="Emma",
            byline="Jane Austen",
            format="paperback",
            pages=288,
            language="de",
            price=Decimal("1234.50"),
            stock=stock,
            rating_sum=9,
            rating_count=2,
            tags=[genre.pk],
            series=series,
            series_number=str(stock),
            published_on=date(2020, 1, 14),
            on_sale_on=on_sale,
        )
        for stock, on_sale in ((9, None), (1, None), (2, None), (0, None), (3, date(2199, 5, 1)))
    ]
    for book in books:
        Contribution.objects.create(
            book=book, contributor=jane, position=1, role=Contribution.Role.AUTHOR
        )
    book = books[0].get_absolute_url()
    return [
        *("/", "/books/", "/books/?from=4.50&stock=now", genre.get_absolute_url(), book),
        *(books[3].get_absolute_url(), books[4].get_absolute_url(), jane.get_absolute_url()),
        *(series.get_absolute_url(), "/genres/", "/search/suggest/?q=emma", "/basket/"),
        *(
            "/accounts/login/",
            "/accounts/signup/",
            "/delivery/",
            "/privacy/",
            "/queue/",
            "/language/",
        ),
    ]
