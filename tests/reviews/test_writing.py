"""Who may write, edit and delete a review, and what is refused with nothing changed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Book, Work
from reviews import services
from reviews.models import Review, ReviewReport, ReviewVersion
from tests.factories import BookFactory, UserFactory

from .readers import TEXT, buy, delete, edit, ratings_of, said, write

pytestmark = pytest.mark.django_db


def publish(user, book: Book, **changes) -> Review:
    return services.write_review(user=user, book=book, said=said(**changes), now=timezone.now())


def test_whoever_bought_a_book_reviews_it_and_it_appears_at_once(shopper):
    book = BookFactory()
    buy(shopper, book)

    review = publish(shopper, book, rating=5, title="A joy")

    kept = Review.objects.living().get()
    assert (kept, kept.rating, kept.title, kept.text) == (review, 5, "A joy", TEXT)
    assert (kept.shown_as, kept.book, kept.user) == ("Sam", book, shopper)


def test_whatever_became_of_the_parcel(shopper):
    book, now = BookFactory(), timezone.now()
    buy(shopper, book, first_posted_at=now, posted_at=now, expected_on=now.date())

    assert publish(shopper, book)


def test_any_edition_of_the_work_will_do_and_the_one_they_bought_is_named(shopper):
    work = Work.objects.create(title="Emma")
    bought, other = BookFactory(work=work), BookFactory(work=work)
    buy(shopper, bought)

    assert publish(shopper, other).book == bought


@pytest.mark.parametrize("status", ["pending", "cancelled", "payment_failed"])
def test_an_order_that_is_not_paid_does_not_count(shopper, status):
    book = BookFactory()
    buy(shopper, book, status=status)

    with pytest.raises(services.NotBought, match="Only readers who bought"):
        publish(shopper, book)

    assert not Review.objects.exists()


def test_somebody_elses_order_does_not_count(shopper):
    book = BookFactory()
    buy(UserFactory(), book)
    buy(None, book, email=shopper.email)

    with pytest.raises(services.NotBought):
        publish(shopper, book)


def test_another_book_does_not_count(shopper):
    buy(shopper, BookFactory())

    with pytest.raises(services.NotBought):
        publish(shopper, BookFactory())


def test_a_second_review_of_the_work_is_refused(shopper):
    work = Work.objects.create(title="Emma")
    first, second = BookFactory(work=work), BookFactory(work=work)
    review = write(first, 4, user=shopper)

    with pytest.raises(services.AlreadyReviewed, match="already reviewed") as refusal:
        publish(shopper, second, rating=1)

    assert refusal.value.review == review
    assert ratings_of(second) == (4, 1, [0, 0, 0, 1, 0])


def test_that_they_have_one_is_said_before_that_they_did_not_buy(shopper):
    book = BookFactory()
    write(book, user=shopper)
    shopper.orders.all().delete()

    with pytest.raises(services.AlreadyReviewed):
        publish(shopper, book)


def test_a_book_that_got_another_work_since_it_was_read_is_of_that_one(shopper):
    work = Work.objects.create(title="Emma")
    book, edition = BookFactory(), BookFactory(work=work)
    review = write(edition, user=shopper)
    buy(shopper, book)
    Book.objects.filter(pk=book.pk).update(work=work)

    with pytest.raises(services.AlreadyReviewed) as refusal:
        publish(shopper, book)

    assert refusal.value.review == review


def test_the_database_has_the_last_word(shopper, monkeypatch):
    book = BookFactory()
    review = write(book, user=shopper)
    monkeypatch.setattr(services, "may_write", lambda **asked: book)

    with pytest.raises(services.AlreadyReviewed) as refusal:
        publish(shopper, book)

    assert refusal.value.review == review
    assert Review.objects.count() == 1


def test_a_new_review_may_follow_a_deleted_one(shopper):
    book = BookFactory()
    delete(write(book, 1, user=shopper))

    publish(shopper, book, rating=5)

    assert ratings_of(book) == (5, 1, [0, 0, 0, 0, 1])
    assert Review.objects.count() == 2


def test_what_a_review_said_before_is_kept():
    review = write(BookFactory(), 4, title="Good")
    Review.objects.filter(pk=review.pk).update(helpful_count=3)

    edit(review, rating=1, title="Bad")

    review.refresh_from_db()
    version = ReviewVersion.objects.get()
    assert (review.title, review.rating, review.helpful_count) == ("Bad", 1, 3)
    assert (version.title, version.rating, version.helpful_count) == ("Good", 4, 3)
    assert (version.since, version.until) == (review.created_at, review.edited_at)


def test_an_edit_that_changes_nothing_is_none():
    review = edit(write(BookFactory()))

    assert review.edited_at is None
    assert not ReviewVersion.objects.exists()


def test_an_earlier_version_is_never_changed():
    edit(write(BookFactory()), title="Better")

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ReviewVersion.objects.update(title="Best")


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_nobody_changes_what_others_wrote(shopper, act):
    review = write(BookFactory(), 4)
    review.user = shopper

    with pytest.raises(services.NotYours, match="Somebody else"):
        edit(review, rating=1) if act == "edit" else delete(review)

    assert Review.objects.living().get().rating == 4


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_a_deleted_review_is_neither_edited_nor_deleted(act):
    review = delete(write(BookFactory(), 4))
    deleted_at = review.deleted_at

    with pytest.raises(services.ReviewIsGone, match="deleted"):
        edit(review, rating=1) if act == "edit" else delete(review)

    kept = Review.objects.get()
    assert (kept.rating, kept.deleted_at, kept.deleted_by) == (4, deleted_at, "writer")


def test_reports_of_a_review_that_its_writer_deletes_are_settled(shopper):
    review = write(BookFactory())
    services.report_review(
        user=shopper, review_id=review.pk, reason="advert", words="", now=timezone.now()
    )

    delete(review)

    assert ReviewReport.objects.get().outcome == "gone"


def refused_by(constraint: str, **changes) -> None:
    review = Review.objects.get()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**changes)
    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("reviews_review_from_1_to_5_stars", {"rating": 0}),
        ("reviews_review_from_1_to_5_stars", {"rating": 6}),
        ("reviews_review_title_and_name_not_blank", {"title": " "}),
        ("reviews_review_title_and_name_not_blank", {"shown_as": ""}),
        ("reviews_review_text_20_to_5000", {"text": "x" * 19}),
        ("reviews_review_text_20_to_5000", {"text": "x" * 5_001}),
        ("reviews_review_deleted_by_somebody", {"deleted_at": timezone.now()}),
        ("reviews_review_deleted_by_somebody", {"deleted_by": "writer"}),
        ("reviews_review_reason_if_removed", {"removal_reason": "advert"}),
        (
            "reviews_review_reason_if_removed",
            {"deleted_by": "staff", "deleted_at": timezone.now()},
        ),
    ],
)
def test_the_database_refuses(constraint, changes):
    write(BookFactory())

    refused_by(constraint, **changes)


def test_the_database_keeps_one_living_review_of_a_reader_and_work(shopper):
    work = Work.objects.create(title="Emma")
    write(BookFactory(work=work), user=shopper)
    another = Review(
        book=BookFactory(work=work), user=shopper, rating=1, title="So", text=TEXT, shown_as="Sam",
        created_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip

    with pytest.raises(IntegrityError, match=services.ONE_PER_WORK), transaction.atomic():
        another.save()
