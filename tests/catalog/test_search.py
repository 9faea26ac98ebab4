"""Which books search finds, in which order, and what it makes of slips."""

from itertools import chain

import pytest

from catalog.models import Book, MissedSearch, Work
from catalog.search import read, vocabulary
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db


def found(words: str, **options: bool) -> list[str]:
    """Titles in the order of the page."""
    ids = read(words, **options).best(Book.objects.on_sale(), 0, 24)
    books = Book.objects.in_bulk(ids)
    return [books[pk].title for pk in ids]


@pytest.fixture
def tolkien():
    return BookFactory(
        ean="9780261102354",
        title="The Fellowship of the Ring",
        subtitle="Being the First Part",
        byline="J.R.R. Tolkien",
        series_title="The Lord of the Rings",
        series_number="1",
        publisher_name="Allen & Unwin",
    )


@pytest.fixture
def others():
    titles = ["The Hobbit", "Ring of Fire", "Wuthering Heights", "A Room with a View"]
    return [BookFactory(title=title, byline="Somebody Else") for title in titles]


@pytest.mark.parametrize(
    "words",
    [
        "The Fellowship of the Ring",
        "fellowship ring",
        "ring FELLOWSHIP",
        "fellowship & the ring!",
        "jrr tolkien",
        "J. R. R. Tolkien",
        "j.r.r. tolkien",
        "tolkien, j.r.r.",
        "tolkien fellowship",
        "the lord of the rings 1",
        "lord rings tolkien",
        "being first part",
        "allen and unwin",
        "fellowsh",
        "the fellowship of the r",
        "0-261-10235-4",
        "978 0 261 10235 4",
        "9780261102354",
        "is ISBN 978–0–261–10235–4 here?",
    ],
)
def test_a_book_is_found_by_whatever_is_printed_on_it(tolkien, others, words):
    assert found(words) == [tolkien.title]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "!!!",
        "…",
        "☃",
        "'",
        "&",
        "+-",
        "&& &",
        "9 780261 102355",
        "9780261102355",
        "ISBN 9780261102355",
        "9780140283495",
        "xyzzy",
    ],
)
def test_what_names_no_book_finds_nothing(tolkien, words):
    BookFactory(title="Pride and Prejudice")

    assert found(words) == []


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("C++ Primer", "c++"),
        ("L’Étranger", "letranger"),
        ("L’Étranger", "l'étranger"),
        ("L’Étranger", "etranger"),
        ("Salem’s Lot", "salems lot"),
        ("Daughter of Smoke & Bone", "daughter of smoke and bone"),
        ("Mason and Dixon", "mason & dixon"),
        ("Hitchhiker’s Guide", "the hitchhikers guide"),
        ("The Iliad, Volume 2", "iliad vol 2"),
        ("Henry VIII", "henry 8"),
        ("Saint Joan", "st joan"),
        ("1984", "nineteen eighty-four"),
        ("Nineteen Eighty-Four", "1984"),
        ("Catch-22", "catch twenty two"),
        ("20,000 Leagues", "20000 leagues"),
    ],
)
def test_spelling_habits_do_not_stand_in_the_way(title, words):
    BookFactory(title=title)

    assert found(words) == [title]


def test_better_matches_come_first_whatever_sells():
    worst_first = [
        BookFactory(title="Sea of Ink", byline="A. Writer", publisher_name="Emma Press"),
        BookFactory(title="Solo", byline="Emma Stone"),
        BookFactory(title="Dear Emma", byline="A. Writer"),
        BookFactory(title="Emma and the Others", byline="A. Writer"),
        BookFactory(title="Emma", byline="Jane Austen"),
    ]
    for place, book in enumerate(worst_first):
        Book.objects.filter(pk=book.pk).update(bestseller_rank=9000 - place)

    assert found("emma") == [book.title for book in reversed(worst_first)]


def test_title_and_author_together_beat_the_author_alone():
    BookFactory(title="Persuasion", byline="Jane Austen")
    BookFactory(title="Austen’s Sister", byline="Jane Grey")

    assert found("jane austen") == ["Austen’s Sister", "Persuasion"]


def test_among_equal_matches_sales_decide_and_then_ratings():
    quiet, rated, sold = BookFactory.create_batch(3, title="Emma")
    Book.objects.filter(pk=sold.pk).update(bestseller_rank=1000)
    Book.objects.filter(pk=rated.pk).update(rating_rank=4200)

    assert read("emma").best(Book.objects.all(), 0, 9) == [sold.pk, rated.pk, quiet.pk]


def test_the_literal_title_is_first_with_or_without_its_article():
    BookFactory(title="The Innocent", byline="Harlan Coben")
    BookFactory(title="Innocent", byline="Scott Turow")

    assert found("the innocent") == ["The Innocent", "Innocent"]
    assert found("innocent") == ["Innocent", "The Innocent"]


@pytest.mark.parametrize("title", ["It", "The", "And", "Them", "A", "I"])
def test_titles_of_common_words_are_found(title):
    BookFactory(title="And Then It Was the Night of Them and I", byline="A. B. Writer")
    BookFactory(title=title)

    assert found(title)[0] == title


def test_a_number_picks_the_volume_of_a_series():
    for number in ("1", "2", "12"):
        BookFactory(
            title=f"Volume the {number}th", series_title="The Hollows", series_number=number
        )

    assert found("the hollows 2") == ["Volume the 2th"]
    assert found("hollows 12") == ["Volume the 12th"]


@pytest.mark.parametrize(
    "words",
    [
        *("hollows 2", "hollows #2", "hollows book 2", "hollows, vol. 2", "hollows volume two"),
        *("the hollows no. 2", "book 2 of the hollows", "part 2 of hollows", "book two: hollows"),
    ],
)
def test_a_volume_of_a_series_can_be_asked_for_in_many_ways(words):
    for number in ("1", "2", "12"):
        BookFactory(title=f"Volume {number}", series_title="The Hollows", series_number=number)
    BookFactory(title="The Book of Hollows", byline="Two Authors")

    assert found(words)[0] == "Volume 2"
    assert read(words).corrected == ""


def test_a_word_of_volumes_that_is_all_there_is_counts():
    BookFactory(title="The Book of Three")
    BookFactory(title="Volume 3")

    assert found("volume 3") == ["Volume 3"]
    assert found("book of three") == ["The Book of Three"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fellowship paperback", "fellowship"),
        ("tolkein paperback", "tolkien"),
        ("hobbit by nobody", "hobbit"),
        ("paperback zzyzx", "paperback"),
    ],
)
def test_of_words_that_no_book_holds_together_the_commonest_goes(tolkien, others, typed, meant):
    for number in range(9):
        BookFactory(title=f"How to sell a paperback by post, {number}", byline="A. Writer")
    vocabulary.refresh()

    assert read(typed).corrected == meant


def test_a_word_that_books_hold_is_rather_left_out_than_respelt():
    BookFactory(title="Dune", byline="Frank Herbert")
    BookFactory.create_batch(3, title="A Novel in Letters", byline="Mark Dunn")
    vocabulary.refresh()

    assert read("dune novel").corrected == "dune"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tolkein", "tolkien"),
        ("fellwohsipp", ""),
        ("felolwshpi", "fellowship"),
        ("the felowship of the ring", "the fellowship of the ring"),
        ("wuthring hieghts", "wuthering heights"),
        ("tolkein felowship", "tolkien fellowship"),
        ("fellow ship ring", "fellowship ring"),
        ("wutheringheights", "wuthering heights"),
        ("fellowship ring xyzzy", "fellowship ring"),
    ],
)
def test_slips_are_corrected_and_it_says_so(tolkien, others, typed, meant):
    vocabulary.refresh()

    assert read(typed).corrected == meant
    assert found(typed) == found(meant)
    assert bool(found(typed)) == bool(meant)


def test_what_was_typed_can_be_had_literally(tolkien):
    vocabulary.refresh()

    assert found("tolkein") == [tolkien.title]
    assert found("tolkein", literal=True) == []


def test_what_stands_in_a_book_is_not_corrected():
    BookFactory(title="Tolkein", byline="A. Misprint")
    BookFactory(title="The Hobbit", byline="J.R.R. Tolkien")
    vocabulary.refresh()

    assert read("tolkein").corrected == ""
    assert found("tolkein") == ["Tolkein"]


def test_a_spelling_that_many_more_books_have_is_offered():
    BookFactory(title="Tolkein", byline="A. Misprint")
    BookFactory.create_batch(25, byline="J.R.R. Tolkien")
    vocabulary.refresh()

    assert read("tolkein").suggestion == "tolkien"
    assert read("tolkien").suggestion == ""


def test_withdrawn_books_are_neither_found_nor_meant(tolkien):
    vocabulary.refresh()
    Book.objects.update(withdrawn_at=tolkien.added_at)

    assert found("tolkien") == []
    assert found("tolkein") == []


@pytest.mark.parametrize("words", ["emma", "emma and oth", "9780261102354"])
def test_what_is_found_can_be_part_of_another_query(words):
    wanted, other = Work.objects.create(title="A"), Work.objects.create(title="B")
    BookFactory(title="Emma and Others", ean="9780261102354", work=wanted)
    BookFactory(title="Evelina", work=other)

    found = read(words).limit(Book.objects.all())

    assert list(Work.objects.filter(pk__in=found.values("work"))) == [wanted]


def test_of_a_common_word_the_whole_titles_come_first_then_the_tiers(monkeypatch):
    monkeypatch.setattr("catalog.search.find.MOST_RANKED", 2)
    last = BookFactory(title="Love at Last", tier=2)
    middle = BookFactory(title="Love in the Middle", tier=1)
    top = BookFactory(title="Somebody’s Love", tier=0)
    whole = BookFactory(title="Love", tier=2)
    vocabulary.refresh()

    love = read("love")

    assert love.best(Book.objects.all(), 0, 9) == [whole.pk, top.pk, middle.pk, last.pk]
    assert love.best(Book.objects.all(), 1, 3) == [top.pk, middle.pk]


def test_few_matches_of_a_common_word_are_ranked_in_one_query(
    monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("catalog.search.find.MOST_RANKED", 2)
    for number in range(5):
        BookFactory(title=f"Love {number}", tier=number % 3, format="pocket" if number else "")
    vocabulary.refresh()
    love, pockets = read("love"), Book.objects.filter(format="pocket")
    in_parts = love.best(pockets, 0, 9)

    with django_assert_num_queries(1):
        at_one_go = love.best(pockets, 0, 9, matches=4)

    assert sorted(at_one_go) == sorted(in_parts)
    assert len(at_one_go) == 4


def test_pages_of_one_search_hold_each_book_once(monkeypatch):
    for number in range(20):
        BookFactory(title=f"Love {number % 3}", tier=number % 3)
    vocabulary.refresh()
    whole = read("love").best(Book.objects.all(), 0, 50)
    monkeypatch.setattr("catalog.search.find.MOST_RANKED", 2)

    pages = [read("love").best(Book.objects.all(), start, start + 6) for start in (0, 6, 12, 18)]

    assert sorted(chain.from_iterable(pages)) == sorted(whole)


def test_a_search_costs_few_statements(tolkien, others, django_assert_max_num_queries):
    vocabulary.refresh()

    with django_assert_max_num_queries(4):
        found_ids = read("tolkien").best(Book.objects.on_sale(), 0, 24)
    with django_assert_max_num_queries(9):
        read("wuthring hieghts").best(Book.objects.on_sale(), 0, 24)

    assert found_ids


def test_only_a_word_of_very_many_books_is_called_common(monkeypatch):
    BookFactory.create_batch(3, title="Love")
    vocabulary.refresh()

    assert not read("love").is_common
    monkeypatch.setattr("catalog.search.find.MOST_SORTED", 2)
    assert read("love").is_common


@pytest.mark.parametrize("words", ["a" * 5000, "love " * 500, "x' & | ! <-> :* (", "\\", "%_%"])
def test_nothing_that_is_typed_breaks_it(words):
    BookFactory(title="Love")

    found(words)


# On the page


def test_the_page_says_what_it_searched_for_instead_and_offers_the_literal_search(client, tolkien):
    vocabulary.refresh()

    corrected = client.get("/books/?q=tolkein")
    literal = client.get("/books/?q=tolkein&literal=1")

    assert "Showing results for <b>tolkien</b>." in corrected.text
    assert "1 book for “tolkien”" in " ".join(corrected.text.split())
    assert 'href="/books/?q=tolkein&amp;literal=1"' in corrected.text
    assert [book.title for book in corrected.context["list"].books] == [tolkien.title]
    assert "Showing results for" not in literal.text
    assert literal.context["list"].books == []


def test_the_page_offers_what_was_probably_meant(client):
    BookFactory(title="Tolkein", byline="A. Misprint")
    BookFactory.create_batch(25, byline="J.R.R. Tolkien")
    vocabulary.refresh()

    text = client.get("/books/?q=tolkein").text

    assert 'Did you mean <a href="/books/?q=tolkien" rel="nofollow">tolkien</a>?' in text


def test_signs_are_shown_as_they_were_typed(client):
    BookFactory(title="C++ Primer")
    vocabulary.refresh()

    text = client.get("/books/", {"q": "c++ pirmer"}, follow=True).text

    assert "Showing results for <b>c++ primer</b>." in text


@pytest.mark.parametrize(
    ("query", "times"),
    [("q=quidditch", 1), ("q=tolkien", 0), ("q=quidditch&format=pocket", 0), ("q=tolkein", 0)],
)
def test_a_search_that_finds_nothing_is_noted(client, tolkien, query, times):
    vocabulary.refresh()

    client.get(f"/books/?{query}")

    assert list(MissedSearch.objects.values_list("words", "times")) == [("quidditch", 1)] * times


def test_an_isbn_far_into_a_pasted_text_leads_to_its_book(client, tolkien):
    response = client.get("/books/", {"q": f"{'please ' * 60} 978-0-261-10235-4"}, follow=True)

    assert response.redirect_chain[-1][0] == tolkien.get_absolute_url()
