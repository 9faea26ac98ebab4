"""The heart of each book, on all the pages that have books on them."""

import gzip
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Book, Contribution, Publisher, Series
from tests.conftest import KEPT
from tests.factories import BookFactory, ContributorFactory, GenreFactory, UserFactory
from waitlist.models import WishlistItem

pytestmark = pytest.mark.django_db
EMMA = "9780141439587"


@pytest.fixture(autouse=True)
def _pages_are_kept(settings) -> None:
    settings.CACHES = {**settings.CACHES, **KEPT}


@pytest.fixture
def emma() -> Book:
    return BookFactory(ean=EMMA, title="Emma", slug="emma")


@pytest.fixture
def other_member() -> Client:
    client = Client()
    client.force_login(UserFactory())
    return client


def button(text: str, element: str) -> dict[str, str]:
    """The attributes of a button, and what stands in it."""
    found = re.search(f'<button ([^>]*id="{element}"[^>]*)>(.*?)</button>', text)
    assert found, f"no button {element}"
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
    return {name: unescape(value) for name, value in attributes.items()} | {"within": found[2]}


def heart(client: Client, path: str = "/books/") -> dict[str, str]:
    return button(client.get(path).text, f"save-icon-{EMMA}")


def press(client: Client, path: str, element: str, headers: dict[str, str] | None = None):
    """Press the button on a page as a browser does, and follow where it leads."""
    text = client.get(path).text
    pressed = button(text, element)
    token = re.search(
        r'<form id="press" method="post" hidden><input [^>]*value="([^"]+)"></form>', text
    )[1]
    data = {"csrfmiddlewaretoken": token, pressed["name"]: pressed["value"]}
    return client.post(pressed["formaction"], data, headers=headers, follow=True)


# Where they are


def test_every_page_with_books_has_them(client, shopper_client, emma):
    Book.objects.update(
        published_on=timezone.localdate(),
        series=Series.objects.create(title="Novels", slug="novels"),
        publisher=Publisher.objects.create(name="Penguin", slug="penguin"),
    )
    emma.genres.add(GenreFactory(slug="classics"))
    Contribution.objects.create(book=emma, contributor=ContributorFactory(slug="jane-austen"))
    other = BookFactory(title="Persuasion")
    other.genres.set(emma.genres.all())
    client.get(emma.get_absolute_url())

    for path in (
        "/",
        "/books/",
        "/books/?q=emm",
        "/genres/classics/",
        "/authors/jane-austen/",
        "/series/novels/",
        "/publishers/penguin/",
        other.get_absolute_url(),
    ):
        link = f'<a class="icon" rel="nofollow" href="/wishlist/add/{EMMA}/" aria-label="Save Emma'
        assert link in client.get(path).text, path
        assert heart(shopper_client, path)["aria-label"] == "Save Emma to your wishlist", path


def test_a_book_without_a_price_has_one_too(shopper_client, emma):
    Book.objects.update(price=None)

    text = shopper_client.get("/books/").text

    assert 'class="price"' not in text
    assert button(text, f"save-icon-{EMMA}")


def test_the_page_of_a_book_has_one_with_words_beside_the_price(client, shopper_client, emma):
    stranger = client.get(emma.get_absolute_url()).text
    member = button(shopper_client.get(emma.get_absolute_url()).text, f"save-words-{EMMA}")

    link = f'<a class="btn ghost small" rel="nofollow" href="/wishlist/add/{EMMA}/"'
    assert link in stranger.split('id="buy-box"')[1].split("</section>")[0]
    assert member["within"].endswith("</svg>Save")


def test_titles_are_text_for_everybody(client, shopper_client, emma):
    Book.objects.update(title='"><script>alert(1)</script> & Co')

    for reader in (client, shopper_client):
        text = reader.get("/books/").text
        assert "<script>alert" not in text
        name = "Save &quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co to your wishlist"
        assert f'aria-label="{name}"' in text


def test_the_address_that_a_press_leads_back_to_is_text_too(shopper_client, emma):
    text = shopper_client.get("/books/?q=emma&sort=title").text

    assert f'value="/books/?q=emma&amp;sort=title#save-icon-{EMMA}"' in text
    assert heart(shopper_client, "/books/?q=emma&sort=title")["value"].startswith(
        "/books/?q=emma&sort=title#"
    )


# Strangers


def test_a_stranger_who_has_the_list_gets_304(client, emma, other_member):
    tag = client.get("/books/").headers["ETag"]
    press(other_member, "/books/", f"save-icon-{EMMA}")

    assert client.get("/books/", headers={"If-None-Match": tag}).status_code == 304


def test_pages_of_strangers_hold_no_token_and_cost_nothing(client, emma, django_assert_num_queries):
    client.get("/books/")

    with django_assert_num_queries(0):
        response = client.get("/books/")

    assert "csrfmiddlewaretoken" not in response.text
    assert 'id="press"' not in response.text
    assert not response.cookies


# Members


def test_a_press_saves_the_book_and_leads_back_to_its_place(shopper_client, shopper, emma):
    member = Client(enforce_csrf_checks=True)
    member.force_login(shopper)

    response = press(member, "/books/?sort=title", f"save-icon-{EMMA}")

    back = f"/books/?sort=title#save-icon-{EMMA}"
    assert response.redirect_chain == [(back, 302)]
    assert WishlistItem.objects.of(shopper).get().book == emma
    saved = button(response.text, f"save-icon-{EMMA}")
    assert saved["aria-label"] == "Saved: take Emma off your wishlist"
    assert saved["class"] == "icon saved"


def test_a_second_press_takes_it_off_again(shopper_client, shopper, emma):
    page = emma.get_absolute_url()
    saved = press(shopper_client, page, f"save-words-{EMMA}")
    assert button(saved.text, f"save-words-{EMMA}")["within"].endswith("</svg>Saved")

    response = press(shopper_client, page, f"save-words-{EMMA}")

    assert response.redirect_chain == [(f"{page}#save-words-{EMMA}", 302)]
    assert not WishlistItem.objects.exists()
    assert heart(shopper_client)["class"] == "icon"


def test_nobody_sees_what_another_saved(client, shopper_client, other_member, emma):
    press(shopper_client, "/books/", f"save-icon-{EMMA}")
    shopper_client.get("/books/")

    assert heart(shopper_client)["class"] == "icon saved"
    assert heart(other_member)["class"] == "icon"
    assert "saved" not in client.get("/books/").text


def test_staff_have_buttons_of_their_own(staff_client, shopper_client, emma):
    press(shopper_client, "/books/", f"save-icon-{EMMA}")

    assert heart(staff_client)["class"] == "icon"


@pytest.mark.parametrize("books", [1, 20])
def test_a_list_that_is_kept_costs_a_member_one_query_for_all_its_books(
    client, shopper_client, books, django_assert_num_queries
):
    BookFactory.create_batch(books)
    client.get("/books/")

    # The session, the member and the count of the basket, as on every page; and what is saved.
    with django_assert_num_queries(4):
        text = shopper_client.get("/books/").text

    assert text.count('form="press"') == books
    assert text.count('id="press"') == 1


def test_all_shelves_of_a_books_page_share_the_query(
    shopper_client, emma, django_assert_num_queries
):
    genre = GenreFactory()
    books = [emma, *BookFactory.create_batch(4)]
    for book in books:
        book.genres.add(genre)
    for book in (*books, emma):
        shopper_client.get(book.get_absolute_url())

    # And the book itself, and those that were looked at last.
    with django_assert_num_queries(6):
        text = shopper_client.get(emma.get_absolute_url()).text

    assert "You may also like" in text and "Recently viewed" in text
    assert text.count('form="press"') == 9
    assert text.count('id="press"') == 1


def test_a_book_on_two_shelves_has_two_buttons_of_different_ids(shopper_client, emma):
    genre, other = GenreFactory(), BookFactory()
    for book in (emma, other):
        book.genres.add(genre)
        shopper_client.get(book.get_absolute_url())

    text = shopper_client.get(other.get_absolute_url()).text

    ids = re.findall(r' id="([^"]+)"', text)
    assert f"save-icon-{EMMA}-2" in ids
    assert len(ids) == len(set(ids))


# With htmx


def test_htmx_gets_the_button_alone_with_words_of_what_happened(shopper_client, emma):
    element = f"save-icon-{EMMA}"
    headers = {"HX-Request": "true", "HX-Target": element}

    response = press(shopper_client, "/books/?sort=title", element, headers)

    assert response.text.startswith('<button class="icon saved"')
    assert response.text.count("<button") == 2  # the other one closes the message
    saved = button(response.text, element)
    assert saved["formaction"] == saved["hx-post"] == f"/wishlist/remove/{EMMA}/"
    assert saved["value"] == heart(shopper_client, "/books/?sort=title")["value"]
    assert 'hx-swap-oob="innerHTML:#messages"' in response.text


@pytest.mark.parametrize(
    "element",
    ["save-icon-9780141439588", "save-icon-", "save-else-9780141439587", "save-icon-978014143958x"],
)
def test_what_is_no_button_leads_to_the_page(shopper_client, emma, element):
    response = shopper_client.get("/books/", headers={"HX-Request": "true", "HX-Target": element})

    assert response.headers["HX-Redirect"] == "/books/"


def test_a_new_region_brings_the_form_along(shopper_client, emma):
    headers = {"HX-Request": "true", "HX-Target": "results"}

    text = shopper_client.get("/books/", headers=headers).text

    assert "<title>" not in text
    assert text.count('id="press"') == 1


# Size


def test_a_full_page_of_a_list_is_small(client, shopper_client, settings):
    for number in range(settings.BOOKS_PER_PAGE):
        title = f"A Book whose title has {number} words, none of them short"
        BookFactory(title=title, price=Decimal(number + 1), pages=200 + number)

    for reader in (client, shopper_client):
        assert len(gzip.compress(reader.get("/books/").content)) <= 12 * 1024
