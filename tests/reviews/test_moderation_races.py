"""Staff, writers and buyers at once, each in a thread with a database connection of its own."""

import uuid
from collections import Counter
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import Book, Work
from reviews import moderation, services
from reviews.models import ModerationEvent, Review, ReviewReport
from shop.cart import Shopper
from shop.models import Order
from tests.factories import BookFactory, DeliveryMethodFactory, UserFactory
from tests.shop.conftest import fill, place
from tests.threads import at_once

from .readers import by_hand, delete, ratings_of, said, write
from .test_moderation import remove, report, restore
from .test_unbought import cancel_all, look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_of_two_staff_who_remove_a_review_one_is_told_that_it_is_gone():
    review = write(BookFactory())
    report(review)

    outcomes = at_once(partial(remove, review, who=f"staff{n}") for n in range(6))

    assert Counter(type(outcome) for outcome in outcomes) == {list: 1, moderation.AllGone: 5}
    assert OutboxMessage.objects.count() == ModerationEvent.objects.count() == 1
    review.refresh_from_db()
    assert review.removed_by == ModerationEvent.objects.get().who
    assert ReviewReport.objects.get().settled_by == review.removed_by


def test_a_removal_and_a_deletion_by_its_writer_are_one_of_the_two():
    for _ in range(5):
        review = write(BookFactory(), 5)

        outcomes = at_once([partial(remove, review), partial(delete, review)])

        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert [type(refusal) for refusal in refused] in (
            [moderation.AllGone],
            [services.ReviewIsGone],
        )
        assert ratings_of(review.book)[1] == 0


def test_a_review_comes_back_or_its_writer_has_a_new_one_but_never_both():
    for _ in range(5):
        book = BookFactory()
        review = write(book)
        remove(review)

        outcomes = at_once(
            [
                partial(restore, review),
                partial(
                    services.write_review,
                    user=review.user,
                    book=book,
                    said=said(1),
                    now=timezone.now(),
                ),
            ]
        )

        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert [type(refusal) for refusal in refused] in (
            [moderation.WroteAnother],
            [services.AlreadyReviewed],
        )
        assert Review.objects.living().filter(user=review.user).count() == 1


def test_staff_who_clear_a_shelf_and_shoppers_who_buy_from_it_wait_in_one_order():
    DeliveryMethodFactory()
    works = [Work.objects.create(title=f"Work {n}") for n in range(5)]
    books = [BookFactory(work=works[n % 5], stock=50) for n in range(10)]
    reviews = [write(book, 1 + n % 5) for n, book in enumerate(books * 4)]
    orders_before = Order.objects.count()

    outcomes = at_once(
        [
            *(partial(remove, *reviews[n::4][::-1]) for n in range(4)),
            *(partial(buy_all, books[::step]) for step in (1, -1, 2, -2)),
            *(partial(write, book, 3) for book in books[:4]),
        ]
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert (
        ModerationEvent.objects.count()
        == OutboxMessage.objects.filter(dedupe_key__startswith="review-removed").count()
    )
    assert Review.objects.living().count() == 4
    assert Order.objects.count() == orders_before + 4 + 4
    for book in Book.objects.all():
        assert ratings_of(book) == by_hand(book)


def test_those_removed_twice_in_opposite_order_are_removed_once():
    reviews = [write(BookFactory()) for _ in range(20)]

    outcomes = at_once(
        [partial(remove, *reviews), partial(remove, *reviews[::-1]), partial(remove, *reviews)]
    )

    assert Counter(type(outcome) for outcome in outcomes) == {list: 1, moderation.AllGone: 2}
    assert OutboxMessage.objects.count() == 20


def buy_all(books: list[Book]) -> Order:
    shopper = Shopper(user=None, token=uuid.uuid4())
    fill(shopper, *books)
    return place(shopper)


def test_a_report_that_comes_with_the_removal_does_not_wait_for_ever():
    for _ in range(5):
        review = write(BookFactory())

        at_once([partial(remove, review), partial(report, review, UserFactory())])

        assert not ReviewReport.objects.open().filter(review=review).exists()


def test_workers_that_look_at_once_take_a_review_out_once_and_tell_its_writer_once():
    work = Work.objects.create(title="Emma")
    books = BookFactory.create_batch(3, work=work)
    reviews = [write(books[n % 3], 5) for n in range(9)]
    for review in reviews:
        cancel_all(review)

    outcomes = at_once([look] * 4)

    assert sum(outcomes) == OutboxMessage.objects.count() == 9
    assert set(Review.objects.values_list("deleted_by")) == {("order",)}
    assert [ratings_of(book)[1] for book in books] == [0, 0, 0]


def test_the_worker_and_whoever_else_takes_the_review_out_are_one_of_the_two():
    for act in (remove, delete):
        review = write(BookFactory(), 5)
        cancel_all(review)

        withdrawn, other = at_once([look, partial(act, review)])

        review.refresh_from_db()
        assert (review.deleted_by == "order") == (withdrawn == 1)
        assert isinstance(other, Exception) == (withdrawn == 1)
        assert ratings_of(review.book)[1] == 0


def test_the_worker_waits_in_one_order_with_shoppers_staff_and_writers():
    DeliveryMethodFactory()
    works = [Work.objects.create(title=f"Work {n}") for n in range(5)]
    books = [BookFactory(work=works[n % 5], stock=50) for n in range(10)]
    reviews = [write(book, 1 + n % 5) for n, book in enumerate(books * 4)]
    for review in reviews[::2]:
        cancel_all(review)

    outcomes = at_once(
        [
            *([look] * 3),
            *(partial(buy_all, books[::step]) for step in (1, -1)),
            *(partial(remove, *reviews[n::6][::-1]) for n in (1, 3)),
            *(partial(write, book, 3) for book in books[:3]),
        ]
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Review.objects.filter(deleted_by="order").count() == 20
    for book in Book.objects.all():
        assert ratings_of(book) == by_hand(book)
