"""Narrowing a list: what each filter finds, how values combine, and what the page says of them."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from catalog.lists import counting
from catalog.models import FacetCount
from shop.lists import count_facets
from tests.factories import BookFactory, GenreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def fiction():
    return GenreFactory(name="Fiction", slug="fiction")


@pytest.fixture
def sea(fiction):
    return GenreFactory(name="Sea stories", slug="sea-stories", parent=fiction)


def rated(stars: int, readers: int) -> dict[str, int]:
    return {"rating_sum": stars, "rating_count": readers}


@pytest.fixture
def shop(fiction, sea):
    """Five books that differ in everything that a list can be narrowed by."""
    today = timezone.localdate()
    kinds = {
        "Emma": {"format": "paperback", "pages": 512, "language": "en", "price": Decimal("9.99")},
        "Persuasion": {"format": "hardback", "pages": 249, "language": "en", "stock": 0},
        "Moby-Dick": {"format": "paperback", "pages": 720, "language": "fr", "price": None},
        "Typhoon": {"format": "pocket", "pages": 96, "price": Decimal("4.50"), **rated(21, 5)},
        "Unwritten": {"on_sale_on": today + timedelta(days=9), **rated(31, 10)},
    }
    years = {"Emma": 1815, "Persuasion": 1971, "Moby-Dick": 1851, "Typhoon": 2003}
    genres = {"Emma": fiction, "Moby-Dick": sea, "Typhoon": sea}
    for title, facts in kinds.items():
        published = date(years[title], 5, 1) if title in years else None
        book = BookFactory(title=title, published_on=published, **facts)
        if title in genres:
            book.genres.add(genres[title])
    count_facets(today=today)


def listed(client, query: str) -> set[str]:
    response = client.get(f"/books/?{query}", follow=True)
    assert response.status_code == 200
    return {book.title for book in response.context["list"].books}


def boxes(client, query: str = "", path: str = "/books/") -> dict[str, tuple[str, str]]:
    """For each box of the filters the number beside it, and whether it is ticked or disabled."""
    text = client.get(f"{path}?{query}", follow=True).text
    pattern = r'<input id="f-([^"]+)"[^>]*?( checked| disabled|)><span>[^<]*</span><span>([^<]*)'
    return {name: (books, state.strip()) for name, state, books in re.findall(pattern, text)}


# Each filter


@pytest.mark.parametrize(
    ("stars", "readers", "values"),
    [
        (0, 0, set()),
        (29, 10, set()),
        (59, 20, {"3"}),
        (39, 10, {"3"}),
        (79, 20, {"3", "4"}),
        (5, 1, {"3", "4"}),
    ],
)
def test_readers_ratings_are_those_that_cards_show(client, db, stars, readers, values):
    BookFactory(title="Emma", **rated(stars, readers))

    assert {value for value in "34" if listed(client, f"rating={value}")} == values


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("genre=fiction", {"Emma", "Moby-Dick", "Typhoon"}),
        ("genre=sea-stories", {"Moby-Dick", "Typhoon"}),
        ("format=paperback", {"Emma", "Moby-Dick"}),
        ("from=5", {"Emma", "Persuasion", "Unwritten"}),
        ("to=5", {"Typhoon"}),
        ("from=4.50&to=9.99", {"Emma", "Typhoon"}),
        ("from=9.99&to=4.50", {"Emma", "Typhoon"}),
        ("from=4.51&sort=-price", {"Emma", "Persuasion", "Unwritten"}),
        ("to=9.98&sort=-price", {"Typhoon"}),
        ("stock=now", {"Emma", "Typhoon"}),
        ("stock=preorder", {"Unwritten"}),
        ("rating=4", {"Typhoon"}),
        ("rating=3", {"Typhoon", "Unwritten"}),
        ("language=fr", {"Moby-Dick"}),
        ("era=before-1900", {"Emma", "Moby-Dick"}),
        ("era=before-1900&sort=newest", {"Emma", "Moby-Dick"}),
        ("era=before-1900&era=2000-2009&sort=oldest", {"Emma", "Moby-Dick", "Typhoon"}),
        ("era=1950-1979", {"Persuasion"}),
        ("length=evening", {"Typhoon"}),
        ("length=weekend", {"Persuasion"}),
        ("length=winter", {"Emma", "Moby-Dick"}),
        ("q=emma&format=paperback", {"Emma"}),
        ("q=emma&format=hardback", set()),
    ],
)
def test_each_filter_finds_its_books(client, shop, query, titles):
    assert listed(client, query) == titles


def test_values_of_one_facet_add_up(client, shop):
    assert listed(client, "format=hardback&format=pocket") == {"Persuasion", "Typhoon"}
    assert listed(client, "genre=fiction&genre=sea-stories") == {"Moby-Dick", "Typhoon"}


def test_facets_narrow_each_other(client, shop):
    assert listed(client, "format=paperback&language=en") == {"Emma"}
    assert listed(client, "format=paperback&format=pocket&genre=sea-stories&to=5") == {"Typhoon"}


# What the page says


def test_a_box_tells_how_many_books_it_stands_for(client, shop):
    found = boxes(client)

    assert found["genre-fiction"] == ("3", "")
    assert found["format-paperback"] == ("2", "")
    assert found["stock-any"] == ("5", "checked")
    assert found["stock-now"] == ("2", "")
    assert found["stock-preorder"] == ("1", "")
    assert found["rating-3"] == ("2", "")
    assert found["language-en"] == ("2", "")
    assert found["era-since-2020"] == ("0", "disabled")


def test_numbers_follow_the_other_facets_but_not_their_own(client, shop):
    found = boxes(client, "format=paperback")

    assert found["format-paperback"] == ("2", "checked")
    assert found["format-pocket"] == ("1", "")
    assert found["format-large_print"] == ("0", "disabled")
    assert found["length-winter"] == ("2", "")
    assert found["length-evening"] == ("0", "disabled")


def test_numbers_follow_two_facets_at_once(client, shop):
    found = boxes(client, "format=paperback&language=en")

    assert found["format-hardback"] == ("1", "")
    assert found["format-pocket"] == ("0", "disabled")
    assert found["language-fr"] == ("1", "")
    assert found["genre-fiction"] == ("1", "")


def test_a_ticked_box_stays_enabled_though_nothing_is_left(client, shop):
    found = boxes(client, "format=pocket&length=winter")

    assert found["format-pocket"] == ("0", "checked")
    assert found["length-winter"] == ("0", "checked")


def test_a_narrower_genre_shows_when_the_one_above_it_is_ticked(client, shop):
    assert "genre-sea-stories" not in boxes(client)
    assert boxes(client, "genre=fiction")["genre-sea-stories"] == ("2", "")
    assert boxes(client, "genre=sea-stories")["genre-sea-stories"] == ("2", "checked")


@pytest.mark.parametrize(
    "query",
    ["", "genre=fiction", "format=paperback&format=pocket", "genre=fiction&format=paperback"],
)
def test_the_stored_counts_and_a_count_say_the_same(client, shop, query):
    stored = boxes(client, query)
    # The languages that the shop has are known from there alone.
    FacetCount.objects.exclude(tag__lt=-10_000, scope=0).delete()
    caches["process"].clear()

    assert boxes(client, query) == stored


def test_many_values_wait_behind_a_button(client):
    for number in range(11):
        GenreFactory(name=f"G{number}", slug=f"g{number}", book_count=20 - number)

    text = client.get("/books/").text
    few, rest = text.split("<summary>3 more</summary>")

    assert 'id="f-genre-g7"' in few and 'id="f-genre-g8"' in rest
    assert "<details open><summary>3 more" not in text
    assert "<details open><summary>3 more" in client.get("/books/?genre=g9").text


def test_what_is_applied_stands_above_the_books_and_can_be_taken_off(client, shop):
    response = client.get("/books/?genre=fiction&format=paperback&from=5&stock=now")

    assert response.context["list"].chips == [
        ("In stock now", "/books/?genre=fiction&format=paperback&from=5"),
        ("Fiction", "/books/?format=paperback&from=5&stock=now"),
        ("Paperback", "/books/?genre=fiction&from=5&stock=now"),
        ("From £5.00", "/books/?genre=fiction&format=paperback&stock=now"),
    ]
    assert '<a class="more" href="/books/" rel="nofollow">Clear all</a>' in response.text
    assert "Filter, 4 applied" in response.text


def test_taking_filters_off_keeps_words_and_order(client, shop):
    page = client.get("/books/?q=emma&format=paperback&sort=price").context["list"]

    assert page.chips == [("Paperback", "/books/?q=emma&sort=price")]
    assert page.without_filters == "/books/?q=emma&sort=price"


def test_a_list_without_books_leads_on(client, shop):
    text = client.get("/books/?format=pocket&length=winter").text

    assert "No book answers to all of these filters at once." in text
    assert (
        '<a href="/books/?length=winter" rel="nofollow">Without the filter “Format”: 2 books'
        in text
    )
    assert (
        '<a href="/books/?format=pocket" rel="nofollow">Without the filter “Length”: 1 book<'
        in text
    )


def test_a_list_of_one_page_says_how_many_books_it_has_once(client, shop):
    text = client.get("/books/?format=paperback").text

    assert "2 books</h2>" in text
    assert "Showing 1 to" not in text


def test_an_empty_list_with_one_filter_leads_to_the_list_without_it_once(client, shop):
    text = client.get("/books/?q=typhoon&format=paperback").text

    assert text.count('href="/books/?q=typhoon"') == 2
    assert "The same without any filter" not in text
    assert "Clear all" not in text


def test_an_empty_list_offers_the_same_at_any_price(client, shop):
    text = client.get("/books/?format=pocket&from=90").text

    link = '<a href="/books/?format=pocket" rel="nofollow">Without the filter “Price”: 1 book</a>'
    assert link in text


# Lists too long to count


@pytest.fixture
def expect(monkeypatch):
    """Count no more than two books, and have the planner expect so many of each list."""

    def expect(books: int) -> None:
        monkeypatch.setattr(counting, "MOST_COUNTED", 2)
        monkeypatch.setattr(counting, "SAMPLE", 2)
        monkeypatch.setattr(counting, "_estimates", lambda lists: [books for _ in lists])

    return expect


def test_a_long_list_is_said_to_be_about_so_long(client, shop, expect):
    expect(47_211)

    page = client.get("/books/?from=1").context["list"]
    found = boxes(client, "from=1")

    assert page.count_text == "about 47,000 books"
    assert page.range_text == "Showing 1 to 4 of about 47,000 books."
    assert found["stock-any"] == ("about 47,000", "checked")
    # Nobody knows whether there are none.
    assert found["era-since-2020"] == ("", "")


def test_a_list_longer_than_expected_is_said_to_be_longer(client, shop, expect):
    expect(1)

    assert client.get("/books/?from=1").context["list"].count_text == "more than 2 books"


def test_a_short_list_is_counted_whatever_was_expected(client, shop, expect):
    expect(47_211)

    page = client.get("/books/?from=1&to=5&length=evening").context["list"]

    assert page.count_text == "1 book"


def test_a_ticked_box_says_what_the_heading_says(client, shop, expect):
    """Though of the books without its facet only some are looked at, of another format at that."""
    expect(3)

    page = client.get("/books/?format=pocket&from=1").context["list"]
    found = boxes(client, "format=pocket&from=1")

    assert page.count_text == "1 book"
    assert found["format-pocket"] == ("1", "checked")


def test_a_ticked_box_of_a_long_list_says_no_more_than_the_heading(client, shop, expect):
    expect(1)
    BookFactory.create_batch(3, format="pocket")

    page = client.get("/books/?format=pocket&from=1").context["list"]
    found = boxes(client, "format=pocket&from=1")

    assert page.count_text == "more than 2 books"
    assert found["format-pocket"] == ("more than 2", "checked")
    assert found["stock-any"] == ("more than 2", "checked")


def test_without_a_filter_there_are_never_fewer_books(client, shop, expect, monkeypatch):
    expect(1)
    monkeypatch.setattr(counting, "_estimates", lambda lists: [100, 1])
    BookFactory.create_batch(3, format="pocket")

    counts = client.get("/books/?format=pocket&from=1").context["list"].listing.counts

    assert counts.listed.books == counts.without["format"].books == 100


def test_the_planner_is_asked_how_long_lists_are(client, shop, monkeypatch):
    monkeypatch.setattr(counting, "SAMPLE", 1)
    monkeypatch.setattr(counting, "MOST_COUNTED", 1)
    monkeypatch.setattr(counting, "SURELY_MORE", 1)

    text = client.get("/books/?format=paperback&format=pocket&from=1").context["list"].count_text

    assert re.fullmatch(r"(about \d+|more than 1) books", text)


# Everybody gets the same


def test_the_books_that_strangers_see_hold_no_form_and_no_token(client, shop):
    region = {"HX-Request": "true", "HX-Target": "results"}
    text = client.get("/books/", headers=region).text

    assert text == Client().get("/books/", headers=region).text
    assert "<form" not in text
    assert "csrf" not in text


def test_htmx_gets_filters_and_books_when_a_filter_changes(client, shop):
    response = client.get(
        "/books/?format=pocket", headers={"HX-Request": "true", "HX-Target": "filters"}
    )

    assert response.template_name == "catalog/book_list.html#filters"
    for element in ('id="filters"', 'id="results"', 'id="applied"', 'id="said"'):
        assert response.text.count(element) == 1
    assert "<html" not in response.text
