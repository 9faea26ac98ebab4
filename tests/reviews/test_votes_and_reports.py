"""Readers find reviews of others helpful, or ask staff to look at them."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reviews import services
from reviews.models import Review, ReviewReport, ReviewVote
from tests.factories import BookFactory, UserFactory

from .readers import delete, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(db) -> Review:
    return write(BookFactory())


def vote(user, review: Review, *, is_helpful: bool = True) -> None:
    services.vote(user=user, review_id=review.pk, is_helpful=is_helpful, now=timezone.now())


def report(user, review: Review, words: str = "") -> ReviewReport:
    return services.report_review(
        user=user, review_id=review.pk, reason="advert", words=words, now=timezone.now()
    )


def helped(review: Review) -> int:
    return Review.objects.get(pk=review.pk).helpful_count


def test_each_reader_votes_once_and_can_take_it_back(review, shopper):
    vote(UserFactory(), review)
    vote(shopper, review)
    vote(shopper, review)
    assert helped(review) == 2

    vote(shopper, review, is_helpful=False)
    vote(shopper, review, is_helpful=False)
    assert helped(review) == 1


def test_nobody_votes_for_a_review_of_their_own(review):
    with pytest.raises(services.OwnReview, match="yourself"):
        vote(review.user, review)

    assert helped(review) == 0


def test_the_database_refuses_votes_for_ones_own_and_second_ones(review, shopper):
    vote(shopper, review)
    for user, rule in (
        (review.user, "reviews_reviewvote_not_own"),
        (shopper, "reviews_reviewvote_one_per_reader"),
    ):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            ReviewVote.objects.create(review=review, user=user, at=timezone.now())
        assert refusal.value.__cause__.diag.constraint_name == rule


def test_votes_that_go_with_their_reader_are_counted_no_more(review, shopper):
    other = write(BookFactory())
    vote(shopper, review)
    vote(shopper, other)

    shopper.delete()

    assert (helped(review), helped(other)) == (0, 0)


@pytest.mark.parametrize("act", [vote, report])
def test_what_is_deleted_gets_neither_votes_nor_reports(review, shopper, act):
    delete(review)

    with pytest.raises(services.ReviewIsGone, match="deleted"):
        act(shopper, review)

    assert not ReviewVote.objects.exists()
    assert not ReviewReport.objects.exists()


def test_a_report_waits_for_staff(review, shopper):
    report(shopper, review, "It praises a shoe shop.")

    waiting = ReviewReport.objects.open().get()
    assert (waiting.user, waiting.reason, waiting.words) == (
        shopper,
        "advert",
        "It praises a shoe shop.",
    )


def test_a_reader_reports_a_review_once_until_it_is_settled(review, shopper):
    report(shopper, review)
    with pytest.raises(services.AlreadyReported, match="already"):
        report(shopper, review)

    ReviewReport.objects.update(settled_at=timezone.now(), outcome="kept")
    report(shopper, review)

    assert ReviewReport.objects.count() == 2


def test_nobody_reports_a_review_of_their_own(review):
    with pytest.raises(services.OwnReview):
        report(review.user, review)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("reviews_reviewreport_words_up_to_500", {"words": "x" * 501}),
        ("reviews_reviewreport_settled_with_outcome", {"outcome": "kept"}),
        ("reviews_reviewreport_settled_with_outcome", {"settled_at": timezone.now()}),
    ],
)
def test_the_database_refuses(review, shopper, constraint, changes):
    report(shopper, review)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        ReviewReport.objects.update(**changes)
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_the_database_keeps_one_open_report_of_a_reader_and_review(review, shopper):
    report(shopper, review)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        ReviewReport.objects.create(review=review, user=shopper, reason="insult", at=timezone.now())
    assert refusal.value.__cause__.diag.constraint_name == (
        "reviews_reviewreport_one_open_per_reader"
    )
