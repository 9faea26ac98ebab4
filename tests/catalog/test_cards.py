from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.http import HttpRequest
from django.template import Context, engines
from django.urls import reverse, set_script_prefix
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from bookstore import marks
from bookstore.addresses import address_of
from catalog.cards import SEEN_AT_ONCE, cards
from catalog.models import Book
from catalog.volumes import Volume
from tests.factories import BookFactory

# What PostgreSQL and XML can hold.
texts = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=50)


def emma(**facts) -> Book:
    known = {"ean": "9780141439587", "slug": "emma", "title": "Emma", "byline": "Jane Austen"}
    return Book(**known | facts)


def card(**facts) -> str:
    return str(cards([volume(emma(**facts))]))


def volume(book: Book) -> Volume:
    return Volume._make(getattr(book, name) for name in Volume._fields)


def elements(*books: Book) -> ElementTree.Element:
    # ElementTree reads XML, in which an attribute and a void element look otherwise than in HTML.
    html = marks.filled(HttpRequest(), cards([volume(book) for book in books]))
    return ElementTree.fromstring(f"<ul>{html}</ul>".replace("></span>", "/></span>"))


def test_a_card_tells_what_one_chooses_a_book_by():
    book = emma(format=Book.Format.PAPERBACK, pages=512, stock=2, price=Decimal("9.99"))

    html = str(cards([volume(book)]))

    assert f'<h3><a href="{book.get_absolute_url()}">Emma</a></h3>' in html
    assert f'<img src="{book.cover.url}" alt="" width="516" height="792">' in html
    assert '<span class="vol t-b p2">' in html
    assert '<p class="by">Jane Austen</p>' in html
    assert '<p class="fmt">Paperback, 512 pages</p>' in html
    assert '<p class="av few">Last 2 in stock</p>' in html
    assert '<p class="price">£9.99</p>' in html


def test_what_is_not_known_leaves_no_empty_line():
    html = card(byline="")

    for absent in ('class="by"', 'class="fmt"', 'class="stars"', 'class="price"'):
        assert absent not in html


def test_a_card_says_what_the_book_says_of_itself():
    facts = [
        {"withdrawn_at": timezone.now()},
        {"price": Decimal(5), "stock": 0},
        {"price": Decimal(5), "on_sale_on": timezone.localdate() + timedelta(days=9)},
        {"format": Book.Format.LARGE_PRINT, "on_sale_on": date(2020, 1, 1), "pages": 1},
    ]
    for book in [emma(**some) for some in facts]:
        html = str(cards([volume(book)]))
        assert f'<p class="av {book.availability.mark}">{book.availability.words}</p>' in html
        assert book.format_text in html
        assert book.price_text in html


def test_pictures_that_are_not_seen_at_once_wait():
    html = str(cards([volume(emma())] * (SEEN_AT_ONCE + 2)))

    assert html.count("<li>") == SEEN_AT_ONCE + 2
    assert html.count('loading="lazy"') == 2


def test_cards_hold_no_form():
    html = card(price=Decimal("9.99"), stock=5, rating_sum=9, rating_count=2)

    assert "<form" not in html
    assert "csrf" not in html


@pytest.mark.django_db
def test_cards_cost_the_query_of_their_books(django_assert_num_queries):
    with django_assert_num_queries(1):
        cards(Book.objects.volumes())


def test_the_template_puts_the_cards_on_a_shelf():
    template = engines["django"].engine.get_template("catalog/_book_cards.html")
    html = template.render(Context({"books": [volume(emma())]}))

    assert f'<ul class="shelf">\n{cards([volume(emma())])}</ul>' in html


# Escaping


@given(title=texts, byline=texts, slug=texts)
def test_no_text_of_peoples_becomes_markup(title, byline, slug):
    (item,) = elements(emma(title=title, byline=byline, slug=slug))

    assert item.find(".//h3/a").text == title
    assert item.find(".//p[@class='by']").text == byline
    assert item.find(".//h3/a").get("href") == f"/books/9780141439587/{slug}/"
    assert {element.tag for element in item.iter()} == {
        "li", "div", "a", "span", "img", "h3", "p", "svg", "use",
    }  # fmt: skip
    assert item.find(".//div[@class='buy']/a").get("aria-label") == f"Save {title} to your wishlist"


def test_markup_in_a_title_is_shown_as_text():
    html = card(title='<b title="x">Emma</b> & Co', byline="<script>alert('x')</script>")

    assert "&lt;b title=&quot;x&quot;&gt;Emma&lt;/b&gt; &amp; Co" in html
    assert "<script" not in html


# Stars


@pytest.mark.parametrize(
    ("rating_sum", "rating_count", "seen", "heard", "width"),
    [
        (5, 1, "5.0 (1)", "Rated 5.0 out of 5, 1 review", "120"),
        (1, 1, "1.0 (1)", "Rated 1.0 out of 5, 1 review", "24"),
        (17, 4, "4.3 (4)", "Rated 4.3 out of 5, 4 reviews", "103"),
        (550, 128, "4.3 (128)", "Rated 4.3 out of 5, 128 reviews", "103"),
        (6000, 2000, "3.0 (2,000)", "Rated 3.0 out of 5, 2,000 reviews", "72"),
    ],
)
def test_readers_ratings_are_drawn_and_told(rating_sum, rating_count, seen, heard, width):
    (item,) = elements(emma(rating_sum=rating_sum, rating_count=rating_count))
    stars = item.find(".//p[@class='stars']")

    assert [span.text for span in stars.findall("span")] == [seen, heard]
    assert stars.find("svg/svg").get("width") == width
    assert stars.find("svg").get("aria-hidden") == "true"


def test_what_is_remembered_is_remembered_for_each_language(monkeypatch):
    book = emma(rating_sum=9, rating_count=2, price=Decimal("1234.50"))
    english = str(cards([volume(book)]))

    with translation.override("de"):
        german = str(cards([volume(book)]))

    assert "4.5 (2)" in english
    assert "£1,234.50" in english
    assert "4,5 (2)" in german
    assert "1.234,50" in german
    assert str(cards([volume(book)])) == english


# Addresses


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("catalog:home", []),
        ("catalog:book_list", []),
        ("catalog:book_detail", ["9780141439587", "emma"]),
        ("catalog:cover", ["9780141439587", "0123456789ab"]),
        ("catalog:genre_detail", ["science-fiction"]),
    ],
)
@pytest.mark.parametrize("prefix", ["/", "/shop/", "/50%/"])
def test_an_address_is_the_one_that_django_would_find(name, parts, prefix):
    set_script_prefix(prefix)
    try:
        assert address_of(name, *parts) == reverse(name, args=parts)
    finally:
        set_script_prefix("/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "attribute"), [("en", ""), ("", ""), ("fr", ' lang="fr"'), ("x y", "")]
)
def test_a_title_in_another_language_than_the_page_says_so(client, language, attribute):
    book = BookFactory(title="Emma", language=language)
    title = f'<a href="{book.get_absolute_url()}"{attribute}>Emma</a>'

    assert title in client.get("/books/").text
    assert f'<h1 id="t"{attribute}>Emma</h1>' in client.get(book.get_absolute_url()).text
