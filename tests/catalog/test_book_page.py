import re
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from catalog.models import Book, BookText, Contribution, Publisher, Series, Work
from tests.conftest import KEPT
from tests.factories import BookFactory, ContributorFactory, GenreFactory, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma() -> Book:
    return BookFactory(ean="9780141439587", title="Emma", slug="emma")


def test_the_page_shows_all_that_is_known_of_a_book(client):
    book = BookFactory(
        title="Emma",
        subtitle="A Novel",
        format=Book.Format.HARDBACK,
        language="en",
        pages=512,
        height_mm=198,
        width_mm=129,
        thickness_mm=24,
        weight_g=360,
        published_on=date(1815, 12, 1),
        published_precision=Book.DatePrecision.MONTH,
        publisher=Publisher.objects.create(name="Virago", slug="virago"),
        series=Series.objects.create(title="Brown Birds", slug="brown-birds"),
        series_number="3",
    )
    book.genres.add(GenreFactory(name="Comedy"))
    BookText.objects.create(book=book, description="Handsome, clever, and rich.")

    response = client.get(book.get_absolute_url())

    assert response.status_code == 200
    assert response.template_name == "catalog/book_detail.html"
    for words in (
        *("A Novel", "Hardback", "512", "198 × 129 × 24 mm, 360 g", "December 1815", "English"),
        *("Virago", "No. 3 in Brown Birds", "Comedy", "Handsome, clever, and rich.", book.ean),
        *("£10.00", "In stock", "Add to basket"),
        *('href="/publishers/virago/"', 'href="/series/brown-birds/"'),
    ):
        assert words in response.text, words
    assert "{{" not in response.text
    assert "{%" not in response.text


def test_a_book_of_which_little_is_known_has_a_page(client):
    book = BookFactory(byline="", price=None, stock=0)

    text = client.get(book.get_absolute_url()).text

    assert "Not for sale yet" in text
    assert "Ask us: we will find out" in text
    assert "Add to basket" not in text
    assert "None" not in text
    assert "{{" not in text


def test_people_are_named_in_order_with_what_they_did(client, emma):
    for position, (name, role) in enumerate(
        [("Jane Austen", "A01"), ("Another Lady", "A01"), ("Fiona Stafford", "B01")]
    ):
        Contribution.objects.create(
            book=emma, contributor=ContributorFactory(name=name), role=role, position=position
        )

    text = client.get(emma.get_absolute_url()).text

    who = text.split('<p class="who">')[1].split("</p>")[0]
    parts = ["by ", ">Jane Austen<", ", ", ">Another Lady<", "; edited by ", ">Fiona Stafford<"]
    places = [who.index(part) for part in parts]
    assert places == sorted(places)


def test_a_book_without_known_people_shows_its_byline(client):
    book = BookFactory(byline="By a Lady")

    assert '<p class="who">By a Lady</p>' in client.get(book.get_absolute_url()).text


def test_the_way_back_leads_through_the_narrowest_genre(client, emma):
    fiction = GenreFactory(name="Fiction", slug="fiction", book_count=9)
    crime = GenreFactory(name="Crime", slug="crime", parent=fiction, book_count=4)
    comedy = GenreFactory(name="Comedy", slug="comedy", parent=fiction, book_count=2)
    emma.genres.add(crime, comedy, fiction)

    text = client.get(emma.get_absolute_url()).text

    crumbs = text.split('class="crumbs"')[1].split("</nav>")[0]
    subjects = text.split("<dt>Subjects</dt>")[1].split("</dd>")[0]
    assert crumbs.index("/genres/fiction/") < crumbs.index("/genres/comedy/")
    assert "/genres/crime/" not in crumbs
    assert subjects.index("/genres/comedy/") < subjects.index("/genres/crime/")
    assert "/genres/fiction/" not in subjects


def test_a_page_says_where_it_is_and_what_it_is_about(client, emma):
    text = client.get(emma.get_absolute_url()).text

    assert '<link rel="canonical" href="http://testserver/books/9780141439587/emma/">' in text
    assert '<meta name="description" content="Emma, An Author. £10.00, In stock">' in text
    assert '<meta property="book:isbn" content="9780141439587">' in text


def test_words_of_a_publisher_are_shown_as_text(client):
    book = BookFactory(title="<b>Emma</b>", byline='"><script>')
    BookText.objects.create(book=book, description="<script>alert(1)</script>")

    text = client.get(book.get_absolute_url()).text

    assert "<b>Emma" not in text
    assert "<script>" not in text


def test_the_number_of_goods_without_an_isbn_is_not_called_one(client):
    tote_bag = BookFactory(ean="2900000000018")

    text = client.get(tote_bag.get_absolute_url()).text

    assert "<dt>Our number</dt>" in text
    assert "<dt>ISBN</dt>" not in text


def test_a_book_out_of_stock_cannot_be_put_in_the_basket(client):
    book = BookFactory(stock=0)

    text = client.get(book.get_absolute_url()).text

    assert "Out of stock, waiting list open" in text
    assert "Add to basket" not in text


def test_a_book_to_come_whose_copies_are_here_is_ordered_ahead_and_promises_no_day_at_the_door(
    client,
):
    text = client.get(BookFactory(on_sale_on=date(2999, 1, 14)).get_absolute_url()).text

    assert "Pre-order, on sale 14 January 2999" in text
    assert '<button class="btn" id="take">Pre-order</button>' in text
    assert "How it reaches you" in text


# Addresses


def test_a_wrong_slug_leads_to_the_right_one_for_good(client, emma):
    response = client.get("/books/9780141439587/persuasion/")

    assert response.status_code == 301
    assert response.headers["Location"] == "/books/9780141439587/emma/"


@pytest.mark.parametrize(
    "address",
    [
        "9780141439587/",
        "0141439580/",
        "978-0-14-143958-7/",
        "0-14-143958-0/",
        "978 0 14 143958 7/",
        "0141439580/emma/",
        "978-0-14-143958-7/persuasion/",
    ],
)
def test_any_spelling_of_the_number_leads_to_the_book(client, emma, address):
    response = client.get(f"/books/{address}")

    assert response.status_code == 302
    assert response.headers["Location"] == emma.get_absolute_url()


def test_an_in_store_number_leads_to_its_page(client):
    tote_bag = BookFactory(ean="2900000000018")

    assert client.get("/books/2900000000018/").headers["Location"] == tote_bag.get_absolute_url()


@pytest.mark.parametrize(
    "address",
    ["9780465026562/", "9780465026562/emma/", "9780141439580/emma/", "emma/", "emma/emma/", "0/0/"],
)
def test_an_unknown_number_is_not_found(client, emma, address):
    assert client.get(f"/books/{address}").status_code == 404


@pytest.mark.parametrize("address", ["9780141439587/", "9780141439587/emma/", "0141439580/"])
def test_a_withdrawn_book_is_not_found(client, emma, address):
    Book.objects.update(withdrawn_at=timezone.now())

    assert client.get(f"/books/{address}").status_code == 404


# HTMX


def test_htmx_gets_the_buy_box_alone(client, emma):
    headers = {"HX-Request": "true", "HX-Target": "buy-box"}

    response = client.get(emma.get_absolute_url(), headers=headers)

    assert response.template_name == "catalog/book_detail.html#buy-box"
    assert "Add to basket" in response.text
    assert "csrfmiddlewaretoken" in response.text
    assert "<html" not in response.text


def test_going_back_gets_the_whole_page(client, emma):
    back = {"HX-Request": "true", "HX-Target": "buy-box", "HX-History-Restore-Request": "true"}

    response = client.get(emma.get_absolute_url(), headers=back)

    assert response.template_name == "catalog/book_detail.html"
    assert "<html" in response.text


# Cost


def crowd_around(book: Book, crowd: int) -> None:
    """So much of everything that can belong to a book."""
    series = Series.objects.create(title="Brown Birds", slug="brown-birds")
    work = Work.objects.create(title="Emma")
    lead = ContributorFactory(name="Jane Austen")
    everywhere = GenreFactory()
    for number in range(crowd):
        other = BookFactory(series=series, series_number=str(number + 1))
        edition = BookFactory(work=work, published_on=date(1990, 1, 1))
        book.genres.add(GenreFactory())
        for written in (other, edition):
            written.genres.add(everywhere)
            Contribution.objects.create(book=written, contributor=lead)
    for alike in (book, BookFactory(), BookFactory()):
        alike.genres.add(everywhere)
    for position, person in enumerate([lead, *(ContributorFactory() for _more in range(crowd))]):
        Contribution.objects.create(book=book, contributor=person, position=position)
    Book.objects.filter(pk=book.pk).update(series=series, series_number="2", work=work)


@pytest.mark.parametrize("crowd", [3, 33])
def test_a_page_that_no_process_remembers_costs_nine_statements(
    client, emma, crowd, django_assert_num_queries
):
    crowd_around(emma, crowd)

    # The book, what belongs to it, the cards; and once a minute the menu, the book's genres, the
    # best of the narrowest one, the ways of delivery, the rates of tax.
    with django_assert_num_queries(9):
        response = client.get(emma.get_absolute_url())

    assert "More by Jane Austen" in response.text
    assert "You may also like" in response.text


@pytest.fixture
def pages_kept(settings) -> None:
    settings.CACHES = {**settings.CACHES, **KEPT}


def test_for_a_minute_it_costs_one(client, emma, pages_kept, django_assert_num_queries):
    crowd_around(emma, 3)
    client.get(emma.get_absolute_url())
    client.cookies.clear()

    with django_assert_num_queries(1):
        client.get(emma.get_absolute_url())


def test_what_was_viewed_costs_one_more(client, emma, pages_kept, django_assert_num_queries):
    for other in (BookFactory(), BookFactory(), emma):
        client.get(other.get_absolute_url())

    with django_assert_num_queries(2):
        client.get(emma.get_absolute_url())


def test_price_and_stock_are_never_those_of_a_minute_ago(client, emma, pages_kept):
    client.get(emma.get_absolute_url())
    receive(emma, -3)
    Book.objects.update(price="12.50")

    text = client.get(emma.get_absolute_url()).text

    assert text.count("Last 2 in stock") == 2
    assert '"price":"12.50"' in text
    assert "In stock" not in text
    assert "£10.00" not in text


def test_other_words_are_new_after_a_minute(client, emma, pages_kept):
    client.get(emma.get_absolute_url())
    Book.objects.update(title="Emma Woodhouse")
    heading = '<h1 id="t">Emma Woodhouse</h1>'
    assert heading not in client.get(emma.get_absolute_url()).text

    caches["pages"].clear()

    assert heading in client.get(emma.get_absolute_url()).text


def test_each_visitor_gets_a_token_and_a_shelf_of_their_own(client, emma, pages_kept):
    other = BookFactory(title="Persuasion")
    client.get(other.get_absolute_url())
    mine = client.get(emma.get_absolute_url()).text
    stranger = Client(enforce_csrf_checks=True)
    theirs = stranger.get(emma.get_absolute_url()).text

    assert "Recently viewed" in mine
    assert "Recently viewed" not in theirs
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', theirs).group(1)
    add = f"/basket/add/{emma.ean}/"
    assert stranger.post(add, {"quantity": 1, "csrfmiddlewaretoken": token}).status_code == 302
    assert token not in mine


def test_a_visitor_gets_no_session_and_two_cookies(client, emma):
    response = client.get(emma.get_absolute_url())

    assert set(response.cookies) == {"csrftoken", "recently_viewed"}
    assert not Session.objects.exists()


def test_the_page_shows_the_rating_that_machines_are_told(client):
    unrated = client.get(BookFactory().get_absolute_url()).text
    rated = client.get(BookFactory(rating_sum=20, rating_count=5).get_absolute_url()).text

    assert "Rated 4.0 out of 5, 5 reviews" in rated
    assert '"aggregateRating":{' in rated
    assert "out of 5" not in unrated
    assert "aggregateRating" not in unrated
