import pytest

from catalog.models import Contribution, Publisher, Series
from tests.factories import BookFactory, ContributorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def series() -> Series:
    return Series.objects.create(title="The Barsetshire Chronicles", slug="barsetshire")


@pytest.fixture
def publisher() -> Publisher:
    return Publisher.objects.create(name="Virago", slug="virago")


def titles(response) -> list[str]:
    assert response.status_code == 200
    return [book.title for book in response.context["list"].books]


# Series


def test_a_series_stands_in_the_order_in_which_it_is_read(client, series):
    for number in ("10", "1-3", "2", "", "1", "2.5", "3-5", "Christmas"):
        BookFactory(title=f"No. {number}", series=series, series_number=number)
    BookFactory(title="Emma")

    response = client.get("/series/barsetshire/")

    assert titles(response) == [
        *("No. 1", "No. 1-3", "No. 2", "No. 2.5", "No. 3-5", "No. 10", "No. ", "No. Christmas")
    ]
    assert response.template_name == "catalog/series_detail.html"
    assert "{{" not in response.text and "{%" not in response.text


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (["1", "2", "4"], "Not on our shelves: No. 3."),
        (["1", "3"], "Not on our shelves: No. 2."),
        (["1", "2", "3-5", "6"], None),
        (["1–3", "4 & 5", "6.0"], None),
        (["1", "2.5", "3"], "Not on our shelves: No. 2."),
        (["1", "1990-2020"], None),
        (["2", "5", "6", "9"], "Not on our shelves: No. 1, No. 3 to 4, No. 7 to 8."),
        (["1", "1", "2"], None),
        (["1", "2001"], None),
        (["", "Christmas"], None),
    ],
)
def test_the_page_says_which_numbers_are_missing(client, series, numbers, words):
    for number in numbers:
        BookFactory(series=series, series_number=number)

    text = client.get("/series/barsetshire/").text

    assert words in text if words else "on our shelves" not in text


def test_each_book_of_a_series_tells_its_number_there_alone(client, series):
    BookFactory(title="Barchester Towers", series=series, series_number="2")
    BookFactory(title="Without a number", series=series)

    assert client.get("/series/barsetshire/").text.count('<p class="fmt">No. 2</p>') == 1
    assert "No. 2" not in client.get("/books/").text


def test_a_series_can_be_sorted_and_narrowed(client, series):
    BookFactory(title="First", series=series, series_number="1", price="9.00")
    BookFactory(title="Second", series=series, series_number="2", price="5.00", format="pocket")

    assert titles(client.get("/series/barsetshire/?sort=price")) == ["Second", "First"]
    assert titles(client.get("/series/barsetshire/?format=pocket")) == ["Second"]
    assert (
        client.get("/series/barsetshire/?sort=reading").headers["Location"]
        == "/series/barsetshire/"
    )


# Publishers


def test_a_publishers_page_lists_its_books_best_sellers_first(client, publisher):
    BookFactory(title="Quiet", publisher=publisher, bestseller_rank=1)
    BookFactory(title="Loud", publisher=publisher, bestseller_rank=2)
    BookFactory(title="Emma")

    response = client.get("/publishers/virago/")

    assert titles(response) == ["Loud", "Quiet"]
    assert response.template_name == "catalog/publisher_detail.html"
    assert "{{" not in response.text and "{%" not in response.text


# Both


@pytest.mark.parametrize("path", ["/series/barsetshire/", "/publishers/virago/"])
@pytest.mark.parametrize("more", [0, 30])
def test_the_page_costs_as_many_queries_however_many_books(
    client, series, publisher, path, more, settings, django_assert_num_queries
):
    settings.BOOKS_PER_PAGE = 40
    BookFactory.create_batch(1 + more, series=series, series_number="1", publisher=publisher)

    with django_assert_num_queries(9 if "series" in path else 8):
        client.get(path)


@pytest.mark.parametrize("path", ["/series/barsetshire/", "/publishers/virago/"])
def test_htmx_gets_the_results_alone(client, series, publisher, path):
    response = client.get(path, headers={"HX-Request": "true", "HX-Target": "results"})

    assert response.template_name.endswith("_detail.html#results")
    assert "<html" not in response.text


@pytest.mark.parametrize("path", ["/series/nothing/", "/publishers/nobody/"])
def test_an_unknown_series_or_publisher_is_not_found(client, path):
    assert client.get(path).status_code == 404


# People


@pytest.fixture
def eliot():
    """Somebody who wrote one book, and translated and introduced another."""
    person = ContributorFactory(name="George Eliot", slug="george-eliot")
    written = BookFactory(title="Middlemarch", published_on="1871-12-01")
    Contribution.objects.create(book=written, contributor=person)
    translated = BookFactory(title="The Essence of Christianity", published_on="1854-07-01")
    for role in (Contribution.Role.TRANSLATOR, Contribution.Role.INTRODUCTION):
        Contribution.objects.create(book=translated, contributor=person, role=role)
    return person


def test_a_persons_books_stand_in_the_order_in_which_they_came_out(client, eliot):
    response = client.get("/authors/george-eliot/")

    assert titles(response) == ["The Essence of Christianity", "Middlemarch"]


def test_a_persons_page_tells_what_they_did_and_narrows_to_it(client, eliot):
    parts = client.get("/authors/george-eliot/").context["parts"]

    assert [(part.label, part.books, part.address) for part in parts] == [
        ("by", "1", "/authors/george-eliot/?role=author"),
        ("translated by", "1", "/authors/george-eliot/?role=translator"),
        ("introduced by", "1", "/authors/george-eliot/?role=introduction"),
    ]
    assert titles(client.get("/authors/george-eliot/?role=translator")) == [
        "The Essence of Christianity"
    ]


def test_a_role_is_kept_when_filters_change(client, eliot):
    text = client.get("/authors/george-eliot/?role=translator").text

    assert '<input type="hidden" name="role" value="translator">' in text
    assert '<meta name="robots" content="noindex,follow">' in text


def test_who_did_only_one_thing_is_asked_nothing(client):
    person = ContributorFactory(slug="jane-austen")
    Contribution.objects.create(book=BookFactory(), contributor=person)

    assert client.get("/authors/jane-austen/").context["parts"] == []
