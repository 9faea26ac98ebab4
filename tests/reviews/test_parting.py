"""Books that were taken for editions of one work part again, and their reviews are as before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.models import Book, Work
from reviews import services
from reviews.audits import CHECKS
from reviews.models import Review
from shop.models import Order
from shop.services import fulfilling
from tests.factories import BookFactory, UserFactory

from .readers import by_hand, delete, ratings_of, said, write
from .test_moderation import report

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def work() -> Work:
    return Work.objects.create(title="Emma")


@pytest.fixture
def edition(work) -> Book:
    return BookFactory(work=work)


@pytest.fixture
def loner() -> Book:
    return BookFactory(work=None)


def write_both(reader: User, older: Book, newer: Book) -> tuple[Review, Review]:
    """Three stars for the one, a day later five for the other."""
    first = write(older, 3, user=reader, at=NOW - timedelta(days=1))
    return first, write(newer, 5, user=reader, at=NOW)


def move(book: Book, work: Work | None) -> None:
    Book.objects.filter(pk=book.pk).update(work=work)


def living() -> list[Review]:
    return list(Review.objects.living().order_by("created_at"))


def all_is_right() -> bool:
    """Whether each book says what its reviews add up to, and the audit of reviews finds nothing."""
    rated = all(ratings_of(book) == by_hand(book) for book in Book.objects.all())
    return rated and not any(found for check in CHECKS for found in check.findings())


def test_both_reviews_live_again_where_the_older_ones_book_leaves(work, edition, loner, shopper):
    older, newer = write_both(shopper, loner, edition)
    write(edition, 1)
    move(loner, work)
    assert older not in living()

    move(loner, None)

    assert {older, newer} < set(living())
    assert ratings_of(edition) == (6, 2, [1, 0, 0, 0, 1])
    assert ratings_of(loner) == (3, 1, [0, 0, 1, 0, 0])
    assert all_is_right()


def test_both_live_again_where_the_newer_ones_book_leaves(work, edition, loner, shopper):
    older, newer = write_both(shopper, edition, loner)
    move(loner, work)
    assert living() == [newer]

    move(loner, Work.objects.create(title="Persuasion"))

    assert living() == [older, newer]
    assert ratings_of(edition) == (3, 1, [0, 0, 1, 0, 0])
    assert ratings_of(loner) == (5, 1, [0, 0, 0, 0, 1])
    assert all_is_right()


def test_whoever_wrote_anew_meanwhile_keeps_the_newest(work, edition, loner, shopper):
    _older, newer = write_both(shopper, loner, edition)
    move(loner, work)
    delete(newer)
    loner.refresh_from_db()
    again = services.write_review(user=shopper, book=loner, said=said(1), now=NOW)

    move(loner, None)

    assert living() == [again]
    assert ratings_of(loner) == (1, 1, [1, 0, 0, 0, 0])
    assert all_is_right()


def test_nothing_comes_back_to_whoever_deleted_the_newer_one(work, edition, loner, shopper):
    _older, newer = write_both(shopper, loner, edition)
    move(loner, work)
    delete(newer)

    move(loner, None)

    assert living() == []
    assert all_is_right()


def test_a_review_whose_order_was_cancelled_meanwhile_does_not_come_back(
    work, edition, loner, shopper
):
    _older, newer = write_both(shopper, loner, edition)
    move(loner, work)
    long_ago = NOW - timedelta(days=40)
    for order in Order.objects.filter(items__book=loner):
        to = Order.Fulfilment.CANCELLED
        fulfilling.move(order, to=to, who="a test", now=long_ago)

    move(loner, None)

    assert living() == [newer]
    assert all_is_right()


def test_its_open_reports_wait_again_with_it(work, edition, loner, shopper):
    older, _newer = write_both(shopper, loner, edition)
    report(older)
    move(loner, work)
    assert not Review.objects.reported().exists()

    move(loner, None)

    assert list(Review.objects.reported()) == [older]


def test_another_book_that_leaves_brings_nothing_back(work, edition, loner, shopper):
    _older, newer = write_both(shopper, loner, edition)
    third = BookFactory(work=work)
    write(third, 2)
    move(loner, work)

    move(third, None)

    assert newer in living()
    assert Review.objects.living().filter(user=shopper).count() == 1
    assert all_is_right()


def test_a_book_that_only_passes_between_two_works_brings_nothing_back(
    work, edition, loner, shopper
):
    _older, newer = write_both(shopper, loner, edition)
    third, other = BookFactory(work=work), BookFactory(work=Work.objects.create(title="Lady Susan"))
    of_other = write(other, 4, user=shopper)
    move(loner, work)
    delete(newer)

    move(third, other.work)

    assert living() == [of_other]
    assert all_is_right()


def test_books_that_move_on_together_stay_one_work(work, edition, loner, shopper):
    _older, newer = write_both(shopper, loner, edition)
    move(loner, work)

    Book.objects.filter(work=work).update(work=Work.objects.create(title="Emma, again"))

    assert living() == [newer]
    assert all_is_right()


def test_three_books_part_one_by_one(work, shopper):
    books = BookFactory.create_batch(3, work=None)
    oldest, middle, newest = (
        write(book, stars, user=shopper, at=NOW + timedelta(days=stars))
        for stars, book in enumerate(books, start=1)
    )
    for book in books:
        move(book, work)
    assert living() == [newest]

    move(books[2], None)
    assert living() == [middle, newest]
    assert all_is_right()

    move(books[1], None)
    assert living() == [oldest, middle, newest]
    assert all_is_right()


def test_readers_have_their_own_again_each(work, edition, loner):
    pairs = [write_both(UserFactory(), loner, edition) for _ in range(3)]
    move(loner, work)

    move(loner, None)

    assert set(living()) == {review for pair in pairs for review in pair}
    assert ratings_of(loner) == (9, 3, [0, 0, 3, 0, 0])
    assert all_is_right()
