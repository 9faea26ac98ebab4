"""What the search box suggests: the tables it reads, what they give, which letters are marked."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.folding import fold_words
from catalog.models import Contributor, Genre, Series, Suggestion, SuggestionPrefix, Work
from catalog.search import suggestions, vocabulary
from catalog.search.beginnings import shared_by_many
from catalog.search.marks import mark_typed
from catalog.search.suggest import MOST, suggestions_for
from tests.factories import BookFactory, ContributorFactory, GenreFactory, nth_ean

REGION = {"HX-Request": "true", "HX-Target": "suggestions"}
ADDRESS = "/search/suggest/"
database = pytest.mark.django_db


def book(title, *, by="", **facts):
    made = BookFactory(title=title, byline=by, stock=0, **{"tier": 0} | facts)
    if by:
        author = Contributor.objects.filter(name=by).first() or ContributorFactory(
            name=by, sort_name=" ".join([by.split()[-1] + ",", *by.split()[:-1]])
        )
        made.contributions.create(contributor=author)
    return made


def genre(name, **facts):
    return GenreFactory(name=name, book_count=3, **facts)


def series(title, *titles):
    made = Series.objects.create(title=title, slug=fold_words(title).replace(" ", "-"))
    for each in titles:
        book(each, series=made, series_title=title)
    return made


def refresh():
    vocabulary.refresh()
    suggestions.refresh()


def found(text) -> dict[str, list[str]]:
    """Labels by kind, with their marks as brackets."""
    return {
        group.kind.value: [
            unescape(re.sub("<mark>(.*?)</mark>", r"[\1]", line.label)) for line in group.lines
        ]
        for group in suggestions_for(text)
    }


def written() -> dict[str, list[tuple[str, str, str]]]:
    """Each row with where it lies in the table: that changes whenever it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text, xmin::text, spelling FROM catalog_suggestion")
        rows = cursor.fetchall()
        cursor.execute("SELECT ctid::text, xmin::text, prefix FROM catalog_suggestionprefix")
        return {"suggestions": sorted(rows), "prefixes": sorted(cursor.fetchall())}


# What is found


@pytest.fixture
def hobbit(db):
    made = book("The Hobbit", by="J.R.R. Tolkien")
    refresh()
    return made


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("the hob", "[The Hob]bit"),
        ("hob", "The [Hob]bit"),
        ("HOBBIT", "The [Hobbit]"),
        ("  hob", "The [Hob]bit"),
        ("“hob", "The [Hob]bit"),
    ],
)
def test_a_title_with_and_without_its_article(hobbit, typed, label):
    assert found(typed)["book"] == [label]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("tolk", "J.R.R. [Tolk]ien"),
        ("tolkien j", "[J].R.R. [Tolkien]"),
        ("tolkien, j.r", "[J.R].R. [Tolkien]"),
        ("jrr t", "[J.R.R. T]olkien"),
        ("j r", "[J.R].R. Tolkien"),
        ("j. r. r. t", "[J.R.R. T]olkien"),
        ("J.R.R.Tol", "[J.R.R. Tol]kien"),
    ],
)
def test_an_author_in_both_orders_and_with_any_initials(hobbit, typed, label):
    assert found(typed)["author"] == [label]


def test_an_author_brings_their_books(hobbit):
    (books, authors) = suggestions_for("tolkien")

    assert [(line.label, line.detail) for line in books.lines] == [
        ("The Hobbit", "J.R.R. <mark>Tolkien</mark>")
    ]
    assert [line.detail for line in authors.lines] == ["1 book"]


@database
def test_words_of_title_and_author_in_any_order():
    book("Fahrenheit 451", by="Ray Bradbury")
    book("Fahrenheit and Celsius", by="Ann Other")
    refresh()

    (books,) = suggestions_for("bradbury fahr")

    assert [(line.label, line.detail) for line in books.lines] == [
        ("<mark>Fahr</mark>enheit 451", "Ray <mark>Bradbury</mark>")
    ]
    assert found("bradbury f") == {"book": ["[F]ahrenheit 451"]}
    assert found("bradbury z") == {"book": ["Fahrenheit 451"]}


@database
@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("two tow", "The Lord of the Rings: The [Two Tow]ers"),
        ("happine", "The Pursuit of [Happine]ss"),
        ("misera", "Les [Miséra]bles"),
        ("les mise", "[Les Misé]rables"),
        ("étr", "L’[Étr]anger"),
        ("l'etr", "[L’Étr]anger"),
        ("letr", "[L’Étr]anger"),
        ("pride and", "[Pride &] Prejudice"),
        ("20000 l", "[20,000 L]eagues"),
        ("c++ p", "[C++ P]rimer"),
        ("源氏", "[源氏]物語"),
    ],
)
def test_titles_with_words_in_the_middle_accents_and_signs(typed, title):
    plain = title.replace("[", "").replace("]", "")
    book(plain, language="fr" if "L’É" in title else "en")
    refresh()

    assert found(typed) == {"book": [title]}


@database
def test_series_and_genres_from_any_longer_word():
    series("The Chronicles of Narnia", "Prince Caspian")
    genre("Science fiction & fantasy")
    refresh()

    assert found("the chron")["series"] == ["[The Chron]icles of Narnia"]
    assert found("narn") == {"series": ["The Chronicles of [Narn]ia"]}
    assert found("fant") == {"genre": ["Science fiction & [fant]asy"]}
    assert [line.detail for line in suggestions_for("fant")[0].lines] == ["3 books"]


@database
def test_a_number_names_its_book():
    named = book("Emma", ean=nth_ean(7))
    refresh()

    for typed in (named.ean, f"ISBN {named.ean[:3]}-{named.ean[3:]}, please"):
        assert [line.address for line in suggestions_for(typed)[0].lines] == [
            named.get_absolute_url()
        ]
    assert found(nth_ean(8)) == {}


@database
def test_books_that_sell_come_first():
    book("Emma and I", bestseller_rank=1000)
    book("Emma")
    refresh()

    assert found("em")["book"] == ["[Em]ma and I", "[Em]ma"]


# How much is found


@pytest.fixture
def crowd(db):
    """Ten of every kind that begin with “sh”."""
    for n in range(10):
        book(f"Ship {n}", by=f"Shelley Smith{n}", bestseller_rank=n)
        series(f"Shelf {n}", f"Anything {n}")
        genre(f"Shore {n}")
    refresh()


def test_eight_in_all_books_first(crowd):
    groups = suggestions_for("sh")

    assert [(group.kind.value, len(group.lines)) for group in groups] == [
        ("book", 4),
        ("author", 2),
        ("series", 1),
        ("genre", 1),
    ]


def test_a_kind_fills_the_room_that_others_leave(crowd):
    assert len(found("ship")["book"]) == MOST
    assert [len(lines) for lines in found("shelf").values()] == [MOST]
    assert [len(lines) for lines in found("shell").values()] == [5, 3]


def test_beside_authors_stand_books_of_theirs(crowd):
    assert found("shelley")["book"][0] == "Ship 9"


def test_an_author_whose_name_is_spelt_in_two_ways_is_suggested_once(db):
    for name in ("Emily Brontë", "Emily Bronte", "EMILY BRONTË"):
        book("Wuthering Heights", by=name)
    refresh()

    assert len(found("emily b")["author"]) == 1
    assert len(found("wuth")["book"]) == 1


@pytest.mark.parametrize("typed", ["&", "&&", "+ &"])
def test_punctuation_suggests_nothing(db, typed):
    book("And Then There Were None")
    refresh()

    assert found(typed) == {}


def test_an_isbn_is_found_far_into_a_pasted_text(db):
    emma = book("Emma")
    refresh()

    assert found(f"{'please ' * 30} {emma.ean}") == {"book": ["Emma"]}


def test_it_is_the_same_whether_the_best_are_written_down_or_not(crowd, monkeypatch):
    looked_for = found("sh"), found("the sh"), found("s")
    assert not SuggestionPrefix.objects.exists()

    monkeypatch.setattr(suggestions, "MANY", 1)
    Suggestion.objects.first().delete()
    suggestions.refresh()

    assert SuggestionPrefix.objects.filter(prefix="sh").exists()
    assert (found("sh"), found("the sh"), found("s")) == looked_for


@database
def test_editions_of_a_work_are_suggested_once():
    work = Work.objects.create(title="Emma")
    book("Emma", by="Jane Austen", work=work, ean=nth_ean(1))
    best = book("Emma", by="Jane Austen", work=work, ean=nth_ean(2), bestseller_rank=5)
    book("Emma", by="Another", ean=nth_ean(3))
    refresh()

    lines = suggestions_for("emma")[0].lines

    assert lines[0].address == best.get_absolute_url()
    assert [line.detail for line in lines] == ["Jane Austen", "Another"]


def test_three_statements_at_most(crowd, django_assert_num_queries):
    for typed, statements in {
        "x": 0,
        "!?": 0,
        nth_ean(3): 1,
        "the ship": 2,
        "smith3 ship": 3,
        "a b c d": 2,
        "the a b": 2,
    }.items():
        with django_assert_num_queries(statements):
            suggestions_for(typed)


# Letters that mean nothing


@database
@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "h",
        "é",
        "%",
        "%%",
        "h%",
        "__",
        "ho_bit",
        "\\",
        "h\\%",
        "a\x00b",
        "😀😀",
        "' OR 1=1 --",
        "x" * 10_000,
        "ho & | ! ( <-> :* bit",
        "\ud800\ud800",
        "the ",
        "<b>",
    ],
)
def test_nonsense_finds_nothing(hobbit, typed):
    assert found(typed) == {}


def test_what_stands_after_eighty_letters_does_not_matter(hobbit):
    assert found(f"{'hobbit':<80}zzz")["book"] == ["The [Hobbit]"]


# The tables


@database
def test_addresses_are_those_of_the_pages():
    made = book("An Odd—Title & More", by="Zoë Ångström")
    saga = series("A Saga", "First")
    subject = genre("Poetry")
    refresh()

    addresses = dict(Suggestion.objects.values_list("label", "address"))

    pages = [made, saga, subject, Contributor.objects.get()]
    assert addresses == {str(page): page.get_absolute_url() for page in pages} | {
        "First": saga.books.get().get_absolute_url()
    }


@database
def test_only_what_is_on_sale():
    gone = book("Emma", by="Jane Austen")
    genre("Poetry")
    refresh()
    assert Suggestion.objects.count() == 4

    gone.withdrawn_at = timezone.now()
    gone.save(update_fields=["withdrawn_at"])
    Genre.objects.update(book_count=0)
    suggestions.refresh()

    assert not Suggestion.objects.exists()


@database
def test_a_refresh_writes_only_what_differs(monkeypatch):
    monkeypatch.setattr(suggestions, "MANY", 1)
    emma, _other = book("Emma", by="Jane Austen"), book("Emily", by="Jane Doe")
    suggestions.refresh()
    before = written()

    suggestions.refresh()
    assert written() == before

    emma.title = "Emmeline"
    emma.fill_derived()
    emma.save()
    suggestions.refresh()
    after = written()
    assert {row[2] for row in set(after["suggestions"]) - set(before["suggestions"])} == {
        "emmeline"
    }
    assert "ja" in {row[2] for row in set(after["prefixes"]) & set(before["prefixes"])}


@given(st.lists(st.text("ab ", min_size=1, max_size=5), max_size=30), st.integers(1, 4))
def test_beginnings_that_many_share(spellings, many):
    rows = [(text, "odd" if at % 2 else "even", at, -at) for at, text in enumerate(spellings)]

    shared = dict(shared_by_many(sorted(rows), many=many, keep=2))

    expected = {}
    for prefix in {text[:n] for text in spellings for n in range(1, len(text) + 1)}:
        here = [row for row in rows if row[0].startswith(prefix)]
        if len(here) > many:
            kinds = [[row[3] for row in here if row[1] == kind][:2] for kind in ("even", "odd")]
            expected[prefix] = sorted([*kinds[0], *kinds[1]])
    assert {prefix: sorted(keys) for prefix, keys in shared.items()} == expected


# Marks


def test_marks_leave_markup_as_text():
    assert mark_typed(["<b> & <i>", "a > b"], ["i"]) == [
        "&lt;b&gt; &amp; &lt;<mark>i</mark>&gt;",
        "a &gt; b",
    ]


def test_two_words_that_begin_alike_are_marked_once():
    assert mark_typed(["Anna"], ["an a"]) == ["<mark>An</mark>na"]


TEXT = st.text() | st.text("abcÉßÆ½&+#,.'’ \u03010152", max_size=15)


@given(TEXT, TEXT)
@example("Les Mise\u0301rables", "misé")
@example("J. R. R. Tolkien", "jrr t")
@example("½ ß Æ C++ C# 20,000 don’t", "1 2 ss ae")
def test_a_marked_text_is_the_text(text, typed):
    reading = fold_words(typed)

    for label in mark_typed([text, typed], [reading]):
        assert unescape(re.sub("</?mark>", "", label)) in (text, typed)


@given(TEXT, st.integers(0, 5), st.integers(1, 12))
@example("C++ C# 20,000 ½", 0, 4)
def test_marked_letters_fold_to_what_was_typed(text, skip, length):
    reading = " ".join(fold_words(text).split()[skip:])[:length].strip()

    (label,) = mark_typed([text], [reading])

    marked = re.findall("<mark>(.*?)</mark>", label, re.DOTALL)
    assert len(marked) == bool(reading)
    letters = fold_words(unescape("".join(marked))).replace(" ", "")
    assert reading.replace(" ", "") in letters


# The page


def test_htmx_gets_the_list_alone(client, hobbit):
    response = client.get(ADDRESS, {"q": "hob"}, headers=REGION)

    assert response.template_name == "catalog/suggestions.html#suggestions"
    assert "<html" not in response.text
    assert "1 book</p>" in response.text
    assert "<h2>Books</h2>" in response.text
    assert f'<a href="{hobbit.get_absolute_url()}"><b>The <mark>Hob</mark>bit</b>' in response.text


def test_without_htmx_it_is_a_page_for_people_only(client, hobbit):
    page = client.get(ADDRESS, {"q": "hob"}).text

    assert "<h1>Suggestions for “hob”</h1>" in page
    assert '<meta name="robots" content="noindex">' in page
    assert "The <mark>Hob</mark>bit" in page


@database
def test_nothing_to_suggest(client):
    assert "Nothing in the shop begins like that." in client.get(ADDRESS, {"q": "zz"}).text
    region = client.get(ADDRESS, headers=REGION)
    assert region.status_code == 200
    assert "<li>" not in region.text


def test_the_counts_are_said(client, crowd):
    page = client.get(ADDRESS, {"q": "sh"}, headers=REGION).text

    assert "4 books, 2 authors, 1 series, 1 subject</p>" in page


def test_it_may_be_kept_for_a_minute_by_the_browser_alone(client, hobbit):
    response = client.get(ADDRESS, {"q": "hob"}, headers=REGION)

    assert set(response["Cache-Control"].split(", ")) == {"private", "max-age=60"}
    assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))


def test_it_asks_for_nothing_but_suggestions(shopper_client, hobbit, django_assert_num_queries):
    with django_assert_num_queries(3):
        shopper_client.get(ADDRESS, {"q": "hobbit"}, headers=REGION)


@database
def test_only_reading_is_allowed(client):
    assert client.post(ADDRESS, {"q": "hob"}).status_code == 405
    assert client.get(ADDRESS, {"q": "a\x00b"}).status_code == 400


# Browsers


@database
def test_a_browser_gets_the_same_suggestions_as_a_list_of_lists(client):
    emma = book("Emma & Co", by="Jane Austen", slug="emma", ean=nth_ean(7))
    genre("Emmanuel", slug="emmanuel")
    refresh()

    response = client.get("/search/completions/", {"q": "emm"})

    assert response.headers["Content-Type"] == "application/x-suggestions+json"
    assert response.json() == [
        "emm",
        ["Emma & Co", "Emmanuel"],
        ["Jane Austen", "3 books"],
        [f"http://testserver/books/{emma.ean}/emma/", "http://testserver/genres/emmanuel/"],
    ]


@database
@pytest.mark.parametrize("words", ["", "x", "]]>\ud83d"])
def test_a_browser_gets_an_empty_list_where_nothing_begins_like_that(client, words):
    response = client.get("/search/completions/", {"q": words.encode("utf-8", "surrogatepass")})

    assert response.json()[1:] == [[], [], []]


def test_a_browser_learns_how_to_search_the_shop(client, settings):
    settings.SHOP = {**settings.SHOP, "name": "Books & Sons of Bristol"}

    response = client.get("/opensearch.xml")

    description = ElementTree.fromstring(response.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    addresses = {url.get("type"): url.get("template") for url in description.iter(f"{space}Url")}
    # As long as the specification lets it be.
    assert description.findtext(f"{space}ShortName") == "Books & Sons of "
    assert addresses == {
        "text/html": "http://testserver/books/?q={searchTerms}",
        "application/x-suggestions+json": "http://testserver/search/completions/?q={searchTerms}",
        "application/opensearchdescription+xml": "http://testserver/opensearch.xml",
    }
    assert response.headers["Content-Type"].startswith("application/opensearchdescription+xml")


@database
def test_every_page_names_the_description(client):
    assert 'rel="search" type="application/opensearchdescription+xml" href="/opensearch.xml"' in (
        client.get("/").text
    )
