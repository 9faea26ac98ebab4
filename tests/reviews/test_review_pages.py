"""The pages of reviews, all of them without JavaScript."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Book, Work
from reviews import services
from reviews.models import Review, ReviewReport, ReviewVote
from tests.conftest import KEPT
from tests.factories import BookFactory, UserFactory

from .readers import TEXT, buy, delete, write

pytestmark = pytest.mark.django_db
FORM = {"rating": "5", "title": "A joy", "text": TEXT, "shown_as": "Sam S."}


@pytest.fixture
def emma(db) -> Book:
    return BookFactory(title="Emma", work=Work.objects.create(title="Emma"), format="hardback")


def of(book: Book, rest: str = "") -> str:
    return f"/reviews/of/{book.ean}/{rest}"


def words_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def titles(client: Client, address: str) -> list[str]:
    return re.findall(r"<h3>(.*?)</h3>", client.get(address).text)


def report(review: Review) -> None:
    services.report_review(
        user=UserFactory(), review_id=review.pk, reason="insult", words="", now=timezone.now()
    )


def test_a_buyer_writes_a_review_and_everybody_reads_it(shopper, shopper_client, client, emma):
    buy(shopper, emma)

    page = shopper_client.get(of(emma, "write/"))
    done = shopper_client.post(of(emma, "write/"), FORM, follow=True)

    assert 'value="Sam Shopper"' in page.text
    assert done.redirect_chain == [(f"{of(emma)}#review-{Review.objects.get().pk}", 302)]
    assert "Thank you. Your review is here" in done.text
    read = words_of(client.get(of(emma)))
    for words in ("A joy", TEXT, "Sam S.", "Bought here, Hardback", "Rated 5 out of 5"):
        assert words in read, words
    assert shopper.email not in client.get(of(emma)).text


def test_stars_stand_in_reading_order(shopper, shopper_client, emma):
    buy(shopper, emma)

    text = shopper_client.get(of(emma, "write/")).text

    assert re.findall(r'type="radio" name="rating" value="(\d)"', text) == list("12345")
    assert re.findall(r'<span class="vh">(\d stars?)</span>', text) == [
        *("1 star", "2 stars", "3 stars", "4 stars", "5 stars")
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rating": ""}, "Please choose from one to five stars."),
        ({"rating": "6"}, "Select a valid choice"),
        ({"title": "  "}, "Please give your review a title."),
        ({"title": "x" * 121}, "Please use at most 120 characters here."),
        ({"text": ""}, "Please write at least 20 characters about the book."),
        ({"text": "Too short."}, "Please write at least 20 characters about the book."),
        ({"text": "x" * 5_001}, "Please use at most 5000 characters here."),
        ({"text": TEXT + "\x07"}, "Please leave out the characters that cannot be shown."),
        ({"shown_as": ""}, "Please say which name to put beside your review."),
        ({"shown_as": "sam@example.org"}, "Please use a name here, and no email address."),
    ],
)
def test_what_is_missing_is_said_at_the_field(shopper, shopper_client, emma, changes, words):
    buy(shopper, emma)

    page = shopper_client.post(of(emma, "write/"), FORM | changes)

    assert page.status_code == 422
    assert page.text.count(words) == 2
    assert not Review.objects.exists()


def test_line_breaks_count_as_one_character_each(shopper, shopper_client, emma):
    buy(shopper, emma)
    text = "\r\n".join(["x" * 99] * 50)

    shopper_client.post(of(emma, "write/"), FORM | {"text": text})

    assert len(Review.objects.get().text) == 4_999


def test_the_name_is_never_an_address_by_itself(shopper, shopper_client, emma):
    shopper.name = "sam@example.org"
    shopper.save()
    buy(shopper, emma)

    assert "sam@" not in shopper_client.get(of(emma, "write/")).context["form"]["shown_as"].value()


@pytest.mark.parametrize("address", ["write/", "edit", "delete", "report"])
def test_strangers_sign_in_and_come_back(client, emma, address):
    review = write(emma)
    url = of(emma, address) if address == "write/" else f"/reviews/{review.pk}/{address}/"

    assert client.get(url).url == f"/accounts/login/?next={url}"


def test_whoever_did_not_buy_it_is_told_so(shopper_client, emma):
    page = shopper_client.get(of(emma, "write/"))
    sent = shopper_client.post(of(emma, "write/"), FORM)

    assert (page.status_code, sent.status_code) == (403, 422)
    for answer in (page, sent):
        assert "Only readers who bought a book here can review it" in words_of(answer)
    assert TEXT in sent.text
    assert not Review.objects.exists()


def test_a_second_review_is_refused_with_a_link_to_the_first(shopper, shopper_client, emma):
    review = write(emma, user=shopper)

    page = shopper_client.get(of(emma, "write/"))
    sent = shopper_client.post(of(emma, "write/"), FORM)

    assert (page.status_code, sent.status_code) == (403, 422)
    for answer in (page, sent):
        assert "You have already reviewed this book." in words_of(answer)
        assert f'href="/reviews/{review.pk}/edit/"' in answer.text
    assert Review.objects.count() == 1


@pytest.mark.parametrize("address", ["edit", "delete"])
def test_somebody_elses_review_is_refused_in_words(shopper_client, emma, address):
    review = write(emma, 4)
    url = f"/reviews/{review.pk}/{address}/"

    for answer in (shopper_client.get(url), shopper_client.post(url, FORM)):
        assert answer.status_code == 404
        assert "Somebody else wrote this review." in words_of(answer)
    kept = Review.objects.get()
    assert (kept.rating, kept.deleted_at) == (4, None)


@pytest.mark.parametrize("address", ["edit", "delete", "report", "helpful"])
def test_a_deleted_review_is_refused_in_words(shopper, shopper_client, emma, address):
    writer = shopper if address in ("edit", "delete") else UserFactory()
    review = delete(write(emma, 4, user=writer))

    answer = shopper_client.post(f"/reviews/{review.pk}/{address}/", FORM)

    assert answer.status_code == 404
    assert "This review was deleted, or was never here." in words_of(answer)


def test_writers_edit_what_they_wrote(shopper, shopper_client, emma):
    review = write(emma, 2, user=shopper)
    url = f"/reviews/{review.pk}/edit/"
    assert TEXT in shopper_client.get(url).text

    done = shopper_client.post(url, FORM, follow=True)

    assert "Your review is changed." in done.text
    assert "edited" in words_of(done)
    review.refresh_from_db()
    assert (review.rating, review.title) == (5, "A joy")


def test_writers_delete_what_they_wrote_once_they_are_sure(shopper, shopper_client, emma):
    review = write(emma, 2, user=shopper, title="Hm")
    url = f"/reviews/{review.pk}/delete/"

    asked = shopper_client.get(url).text
    assert "Delete this review?" in asked
    assert "Nobody but our booksellers sees it then" in asked
    assert "kept until you delete your account" in asked
    assert Review.objects.living().exists()
    done = shopper_client.post(url, follow=True)

    assert "Your review is deleted." in done.text
    assert "Nobody has reviewed it yet." in words_of(done)


def test_ones_own_review_is_marked_on_whatever_page_it_stands(shopper, shopper_client, emma):
    now = timezone.now()
    own = write(emma, user=shopper, at=now - timedelta(days=9))
    for _ in range(10):
        write(emma)

    first, second = shopper_client.get(of(emma)), shopper_client.get(of(emma) + "?page=2")

    assert "You have reviewed this book." in first.text
    assert f'id="review-{own.pk}"' not in first.text
    assert "Yours" in second.text


def test_reviews_of_all_editions_are_sorted_and_narrowed(client, emma):
    other, now = BookFactory(work=emma.work), timezone.now()
    for days, (book, stars, title) in enumerate(
        [(emma, 3, "Middling"), (other, 5, "Grand"), (emma, 1, "Dull")]
    ):
        write(book, stars, title=title, at=now + timedelta(days=days))
    vote_for("Middling")

    assert titles(client, of(emma)) == ["Dull", "Grand", "Middling"]
    assert titles(client, of(emma) + "?sort=highest") == ["Grand", "Middling", "Dull"]
    assert titles(client, of(emma) + "?sort=lowest") == ["Dull", "Middling", "Grand"]
    assert titles(client, of(other) + "?sort=helpful") == ["Middling", "Dull", "Grand"]
    assert titles(client, of(emma) + "?stars=5") == ["Grand"]
    assert titles(client, of(emma) + "?stars=4") == []
    assert titles(client, of(emma) + "?stars=x&sort=y") == ["Dull", "Grand", "Middling"]


def vote_for(title: str) -> None:
    review = Review.objects.get(title=title)
    services.vote(user=UserFactory(), review_id=review.pk, is_helpful=True, now=timezone.now())


def test_the_histogram_leads_to_the_reviews_of_each_row(client, emma):
    for stars in (5, 5, 4, 1):
        write(emma, stars)

    text = client.get(of(emma)).text

    rows = re.findall(r'stars=(\d)" rel="nofollow">.*?<rect width="([\d.]+)".*?<td>(\d)</td>', text)
    assert rows == [
        *(("5", "50.0", "2"), ("4", "25.0", "1"), ("3", "0.0", "0"), ("2", "0.0", "0")),
        ("1", "25.0", "1"),
    ]
    assert "Average 3.8 out of 5" in words_of(client.get(of(emma)))


def test_long_lists_have_pages(client, emma):
    for _ in range(11):
        write(emma)

    assert len(titles(client, of(emma))) == 10
    assert len(titles(client, of(emma) + "?page=2")) == 1
    assert len(titles(client, of(emma) + "?page=3")) == 1


def test_a_review_is_found_however_many_are_newer(shopper, shopper_client, client, emma):
    now, other = timezone.now(), BookFactory(work=emma.work)
    write(emma, at=now - timedelta(days=9))
    own = write(emma, user=shopper, at=now)
    newer = [write(book, at=now) for book in (emma, other) * 4]
    write(emma, at=now + timedelta(days=1))
    write(BookFactory(), at=now + timedelta(days=1))

    first = shopper_client.post(f"/reviews/{own.pk}/edit/", FORM)
    newer.append(write(other, at=now))
    second = shopper_client.post(f"/reviews/{own.pk}/edit/", FORM)
    delete(newer[0])

    assert first.url == f"{of(emma)}#review-{own.pk}"
    assert second.url == f"{of(emma)}?page=2#review-{own.pk}"
    own.refresh_from_db()
    assert f'id="review-{own.pk}"' in client.get(own.get_absolute_url()).text
    assert own.get_absolute_url() == first.url


def test_a_book_that_is_no_longer_on_sale_keeps_its_reviews(client, emma):
    write(emma, title="Still good")
    Book.objects.update(withdrawn_at=timezone.now())

    assert titles(client, of(emma)) == ["Still good"]
    assert emma.get_absolute_url() not in client.get(of(emma)).text
    assert client.get("/reviews/of/9780000000002/").status_code == 404


def test_readers_vote_and_take_it_back_where_they_are(shopper, shopper_client, emma):
    review = write(emma)
    url = f"/reviews/{review.pk}/helpful/"
    place = {"sort": "lowest", "stars": "4", "page": "1"}

    given = shopper_client.post(url, {**place, "helpful": "yes"})
    assert given.url == f"{of(emma)}?sort=lowest&stars=4#review-{review.pk}"
    assert "Helpful (1)" in shopper_client.get(given.url).text
    assert ReviewVote.objects.get().user == shopper

    shopper_client.post(url, {"helpful": "no"})
    assert "Helpful (0)" in shopper_client.get(of(emma)).text
    assert shopper_client.get(url).status_code == 405


def test_a_stranger_who_would_vote_comes_back_to_the_review(client, emma):
    review = write(emma)

    text = client.get(of(emma) + "?sort=lowest").text

    back = f"/reviews/of/{emma.ean}/%3Fsort%3Dlowest%23review-{review.pk}".replace("/", "%2F")
    assert f'href="/accounts/login/?next={back}"' in text
    assert client.post(f"/reviews/{review.pk}/helpful/").url == "/accounts/login/"


def test_a_reported_review_is_folded_away_until_staff_have_looked(shopper_client, client, emma):
    review = write(emma, 1, title="Rubbish")
    url = f"/reviews/{review.pk}/report/"

    done = shopper_client.post(url, {"reason": "insult", "words": "See line 1"}, follow=True)

    assert "A bookseller will look at it soon." in words_of(done)
    for address in (of(emma), emma.get_absolute_url()):
        text = client.get(address).text
        folded = re.search(r"<details><summary>(.*?)</summary>(.*?)</details>", text, re.DOTALL)
        assert "A reader has reported this review" in folded[1]
        assert "Rubbish" in folded[2]
        assert text.count("Rubbish") == 1
    assert Book.objects.get(pk=emma.pk).rating_count == 1
    ReviewReport.objects.update(settled_at=timezone.now(), outcome="kept")
    assert "<details><summary>A reader" not in client.get(of(emma)).text


def test_the_title_of_a_folded_review_is_nowhere_else_on_the_page(shopper_client, client, emma):
    review = write(emma, 1, title="Rubbish")
    for reader in (shopper_client, client):
        assert reader.get(of(emma)).text.count("Rubbish") == 2
    report(review)

    for reader in (shopper_client, client):
        text = reader.get(of(emma)).text
        assert text.count("Rubbish") == 1
        day = f"{timezone.localtime(review.created_at):%-d %B %Y}"
        assert f'<span class="vh">: the review of {day}</span>' in text


def test_a_report_needs_a_reason_and_comes_once(shopper, shopper_client, emma):
    url = f"/reviews/{write(emma).pk}/report/"

    assert "Please choose what is wrong with it." in shopper_client.post(url, {}).text
    shopper_client.post(url, {"reason": "advert"})
    again = shopper_client.post(url, {"reason": "insult"})

    assert again.status_code == 422
    assert "You have reported this review already." in words_of(again)
    assert ReviewReport.objects.get().reason == "advert"


@pytest.mark.parametrize("address", ["helpful", "report"])
def test_ones_own_review_gets_neither_votes_nor_reports(shopper, shopper_client, emma, address):
    review = write(emma, user=shopper)

    answer = shopper_client.post(f"/reviews/{review.pk}/{address}/", {"reason": "advert"})

    assert answer.status_code == 403
    assert "You wrote this review yourself" in words_of(answer)


def test_markup_in_reviews_is_text(client, emma):
    write(emma, title="<b>Bold</b>", text="<script>alert('twenty letters')</script>")

    for address in (of(emma), emma.get_absolute_url()):
        assert "<script>alert" not in client.get(address).text
        assert "<b>Bold" not in client.get(address).text


def test_more_reviews_take_no_more_queries(shopper_client, emma, django_assert_max_num_queries):
    write(emma)

    def queries() -> int:
        shopper_client.get(of(emma))
        with django_assert_max_num_queries(12) as asked:
            shopper_client.get(of(emma))
        return len(asked)

    before = queries()
    for _ in range(9):
        report(write(BookFactory(work=emma.work, format="pocket")))
    assert queries() == before


def test_the_books_own_page_asks_once_and_not_at_all_for_an_unrated_book(
    client, emma, django_assert_max_num_queries
):
    def queries() -> int:
        client.get(emma.get_absolute_url())
        with django_assert_max_num_queries(40) as asked:
            client.get(emma.get_absolute_url())
        return len(asked)

    unrated = queries()
    for _ in range(4):
        report(write(emma))
    assert queries() == unrated + 1


def test_the_books_page_shows_the_most_helpful_and_leads_to_all(client, emma):
    now = timezone.now()
    for days, title in enumerate(["One", "Two", "Three", "Four"]):
        write(emma, title=title, at=now + timedelta(days=days))
    vote_for("One")
    delete(Review.objects.get(title="Three"))

    text = client.get(emma.get_absolute_url()).text

    shown = re.findall(r"<h3>(One|Two|Three|Four)</h3>", text)
    assert shown == ["One", "Four", "Two"]
    assert f'href="{of(emma)}?stars=4"' in text
    assert f'href="{of(emma)}">All 3 reviews' in text
    assert f'href="{of(emma, "write/")}"' in text
    assert 'href="#reviews"' in text
    assert '"ratingValue":4.0,"ratingCount":3' in text


def test_reviews_that_come_and_go_are_never_those_of_a_minute_ago(client, emma, settings):
    settings.CACHES = {**settings.CACHES, **KEPT}
    address = emma.get_absolute_url()
    client.get(address)

    review = write(emma, title="Grand")
    assert titles(client, address) == ["Grand"]
    delete(review)

    assert titles(client, address) == []


def test_a_book_that_nobody_has_reviewed_says_so(client, emma):
    text = client.get(emma.get_absolute_url()).text

    assert "Nobody has reviewed it yet." in text
    assert f'href="{of(emma, "write/")}"' in text
    assert 'class="hist"' not in text


def test_how_reviews_are_checked_is_explained(client, emma):
    text = words_of(client.get("/how-reviews-work/"))

    for words in ("paid order of the book", "nothing for reviews", "each counts the same"):
        assert words in text
    write(emma)
    assert 'href="/how-reviews-work/"' in client.get(of(emma)).text
