import pytest
from django.utils import timezone

from catalog.models import Book, Work
from reviews import services
from reviews.models import Review, ReviewVote
from tests.audits import found_by, without_triggers
from tests.factories import BookFactory, UserFactory, ratings

from .readers import delete, edit, write

pytestmark = pytest.mark.django_db

RATINGS, WORK, HELPFUL = "The ratings", "A review is of", "A review was found"


def vote(review: Review) -> None:
    at = {"review_id": review.pk, "now": timezone.now()}
    services.vote(user=UserFactory(), is_helpful=True, **at)


def test_ratings_that_follow_the_reviews_are_right():
    work = Work.objects.create(title="Emma")
    paperback, alone = BookFactory(work=work), BookFactory()
    BookFactory(work=work)
    edit(write(paperback, 5), rating=2)
    delete(write(paperback, 1))
    vote(write(alone, 4))

    assert found_by(RATINGS) == []


def test_ratings_that_were_changed_by_hand_are_found():
    book = BookFactory()
    Book.objects.filter(pk=book.pk).update(**ratings(9, 2))

    assert found_by(RATINGS) == [
        f"book {book.pk} ({book.ean}): ratings [0, 0, 0, 1, 1], 2 in all, sum 9; "
        "reviews [0, 0, 0, 0, 0], 0 in all, sum 0"
    ]


def test_a_review_that_went_uncounted_is_found_at_every_edition():
    work = Work.objects.create(title="Emma")
    books = [BookFactory(work=work), BookFactory(work=work)]
    write(books[0], 5)
    with without_triggers("reviews_review"):
        Review.objects.update(deleted_at=timezone.now(), deleted_by="writer")

    assert [finding.partition(" (")[0] for finding in found_by(RATINGS)] == [
        f"book {book.pk}" for book in books
    ]


def test_a_review_of_another_work_than_its_book_is_found():
    book = BookFactory()
    review = write(book, 5)
    with without_triggers("reviews_review"):
        Review.objects.update(work_key=7)

    assert found_by(WORK) == [f"review {review.pk}: work 7, its book’s {-book.pk}"]


def test_a_vote_that_went_missing_is_found():
    review = write(BookFactory(), 5)
    vote(review)
    with without_triggers("reviews_reviewvote"):
        ReviewVote.objects.all().delete()

    assert found_by(HELPFUL) == [f"review {review.pk}: helpful 1, votes 0"]
