"""Many readers at once, each in a thread with a database connection of its own."""

from collections import Counter
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from catalog.models import Book, Work
from reviews import services
from reviews.models import Review
from tests.factories import BookFactory, UserFactory
from tests.threads import at_once

from .readers import buy, by_hand, delete, edit, ratings_of, said, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_of_two_first_reviews_one_is_refused_with_words(shopper):
    work = Work.objects.create(title="Emma")
    books = BookFactory.create_batch(2, work=work)
    buy(shopper, *books)

    outcomes = at_once(
        partial(services.write_review, user=shopper, book=book, said=said(5), now=timezone.now())
        for book in books * 4
    )

    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {Review: 1, services.AlreadyReviewed: 7}
    refused = {str(outcome) for outcome in outcomes if not isinstance(outcome, Review)}
    assert refused == {"You have already reviewed this book. You can edit what you wrote."}
    assert [ratings_of(book) for book in books] == [(5, 1, [0, 0, 0, 0, 1])] * 2


def test_ratings_are_right_after_many_have_written_edited_and_deleted():
    work = Work.objects.create(title="Emma")
    books = BookFactory.create_batch(3, work=work)
    editing = [write(books[n % 3], 1 + n % 5) for n in range(8)]
    deleting = [write(books[n % 3], 1 + n % 5) for n in range(8)]

    outcomes = at_once(
        [
            *(partial(write, books[n % 3], 1 + n % 5) for n in range(8)),
            *(partial(edit, review, rating=5 - n % 4) for n, review in enumerate(editing)),
            *(partial(delete, review) for review in deleting),
        ]
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert {str(ratings_of(book)) for book in books} == {str(by_hand(books[0]))}
    assert ratings_of(books[0])[1] == 16


def test_ratings_are_right_though_editions_arrive_while_readers_write():
    for _ in range(5):
        work = Work.objects.create(title="Emma")
        book = BookFactory(work=work)
        write(book, 3)

        at_once(
            [
                *(partial(write, book, stars) for stars in (1, 2, 4, 5)),
                *(partial(BookFactory, work=work, stock=0) for _ in range(3)),
            ]
        )

        editions = Book.objects.filter(work=work)
        assert {str(ratings_of(edition)) for edition in editions} == {str(by_hand(book))}


@pytest.mark.parametrize("review_comes_first", [True, False])
@pytest.mark.parametrize("arrives", ["a new book", "a book of another work"])
def test_an_edition_that_arrives_with_the_very_first_review_has_its_stars(
    arrives, review_comes_first, meeting
):
    work = Work.objects.create(title="Emma")
    book, alone = BookFactory(work=work), BookFactory()
    arrive = {
        "a new book": partial(BookFactory, work=work, stock=0),
        "a book of another work": Book.objects.filter(pk=alone.pk).update,
    }[arrives]
    acts = [partial(write, book, 5), partial(arrive, work=work)]
    first, second = acts if review_comes_first else reversed(acts)

    def stop_before_the_end() -> None:
        with transaction.atomic():
            first()
            meeting.stop(lambda: None)

    outcomes = at_once([stop_before_the_end, partial(meeting.join, second)])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    editions = Book.objects.filter(work=work)
    assert [ratings_of(edition) for edition in editions] == [(5, 1, [0, 0, 0, 0, 1])] * 2


def test_a_review_follows_its_book_to_a_work_that_it_gets_just_then():
    for _ in range(5):
        before, after = Work.objects.create(title="Emma"), Work.objects.create(title="Emma")
        book, other = BookFactory(work=before), BookFactory(work=after)
        write(other, 3)

        outcomes = at_once(
            [
                *(partial(write, book, stars) for stars in (1, 5)),
                lambda book=book, work=after: Book.objects.filter(pk=book.pk).update(work=work),
            ]
        )

        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        assert ratings_of(book) == ratings_of(other) == (9, 3, [1, 0, 1, 0, 1])
        assert set(Review.objects.filter(book=book).values_list("work_key", flat=True)) == {
            after.pk
        }


def test_books_that_part_while_their_reader_writes_leave_one_review_for_each():
    for _ in range(5):
        work, reader = Work.objects.create(title="Emma"), UserFactory()
        edition, loner = BookFactory(work=work), BookFactory()
        write(loner, 1, user=reader)
        newer = write(edition, 5, user=reader)
        Book.objects.filter(pk=loner.pk).update(work=work)
        loner.refresh_from_db()
        anew = {"user": reader, "said": said(2), "now": timezone.now()}

        outcomes = at_once(
            [
                partial(part, loner, work),
                partial(delete, newer),
                *(partial(services.write_review, book=book, **anew) for book in (loner, edition)),
            ]
        )

        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert {type(refusal) for refusal in refused} <= {services.AlreadyReviewed}
        for book in (edition, loner):
            of_book = Review.objects.living().filter(book=book)
            assert of_book.count() <= 1
            assert ratings_of(book) == by_hand(book)
        # Who was refused twice had the newer one still, and has deleted it since.
        assert len(refused) == 2 or Review.objects.living().of_writer(reader).exists()


def test_votes_are_counted_though_many_give_and_take_them():
    review, readers = write(BookFactory()), UserFactory.create_batch(10)

    outcomes = at_once(
        partial(
            services.vote, user=reader, review_id=review.pk, is_helpful=True, now=timezone.now()
        )
        for reader in readers * 2
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Review.objects.get().helpful_count == 10


def part(book: Book, work: Work) -> None:
    """As staff do: all editions are locked before one is moved."""
    with transaction.atomic():
        services.hold_books([work.pk])
        Book.objects.filter(pk=book.pk).update(work=None)
