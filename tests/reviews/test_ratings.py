"""The ratings on the row of a book are those of the living reviews of its work, whoever writes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.models import Book, Work
from reviews.models import Review
from tests.factories import BookFactory, UserFactory

from .readers import by_hand, delete, edit, ratings_of, said, write

pytestmark = pytest.mark.django_db
NONE = (0, 0, [0, 0, 0, 0, 0])


@pytest.fixture
def work() -> Work:
    return Work.objects.create(title="Emma")


def test_reviews_count_for_every_edition_of_the_work(work):
    paperback, hardback, other = BookFactory(work=work), BookFactory(work=work), BookFactory()

    write(paperback, 5)
    write(hardback, 2)

    assert ratings_of(paperback) == ratings_of(hardback) == (7, 2, [0, 1, 0, 0, 1])
    assert ratings_of(other) == NONE


def test_a_book_without_a_work_has_ratings_of_its_own():
    book = BookFactory()

    write(book, 3)

    assert ratings_of(book) == (3, 1, [0, 0, 1, 0, 0])
    assert Review.objects.get().work_key == -book.pk


def test_an_edited_review_counts_as_it_is_now():
    book = BookFactory()
    review = write(book, 1)

    edit(review, rating=5)

    assert ratings_of(book) == (5, 1, [0, 0, 0, 0, 1])


def test_a_deleted_review_does_not_count(work):
    book = BookFactory(work=work)
    write(book, 2)

    delete(write(book, 5))

    assert ratings_of(book) == (2, 1, [0, 1, 0, 0, 0])


def test_many_rows_written_at_once_count(work):
    one, other = BookFactory(work=work), BookFactory()
    readers = UserFactory.create_batch(6)
    rows = [
        Review(
            book=book, user=reader, rating=rating, title="So", created_at=timezone.now(),
            text=said().text, shown_as="Sam",
        )
        for reader, rating in zip(readers, (1, 2, 3, 4, 5, 5), strict=True)
        for book in (one, other)
    ]  # fmt: skip
    Review.objects.bulk_create(rows)
    assert ratings_of(one) == ratings_of(other) == (20, 6, [1, 1, 1, 1, 2])

    Review.objects.filter(rating=5).update(rating=1)
    assert ratings_of(one) == ratings_of(other) == (12, 6, [3, 1, 1, 1, 0])

    Review.objects.filter(rating=1).delete()
    assert ratings_of(one) == ratings_of(other) == (9, 3, [0, 1, 1, 1, 0])


def test_nobody_can_name_another_work_than_that_of_the_book(work):
    review = write(BookFactory(work=work))

    Review.objects.filter(pk=review.pk).update(work_key=7)

    assert Review.objects.get().work_key == work.pk


def test_a_book_that_joins_a_work_brings_its_reviews(work):
    edition, loner = BookFactory(work=work), BookFactory()
    write(edition, 5)
    write(loner, 1)

    Book.objects.filter(pk=loner.pk).update(work=work)

    assert ratings_of(edition) == ratings_of(loner) == (6, 2, [1, 0, 0, 0, 1])
    assert set(Review.objects.values_list("work_key", flat=True)) == {work.pk}


def test_a_book_that_leaves_a_work_takes_its_reviews_along(work):
    staying, leaving = BookFactory(work=work), BookFactory(work=work)
    write(staying, 5)
    write(leaving, 1)

    Book.objects.filter(pk=leaving.pk).update(work=None)

    assert ratings_of(staying) == (5, 1, [0, 0, 0, 0, 1])
    assert ratings_of(leaving) == (1, 1, [1, 0, 0, 0, 0])


def test_all_editions_may_move_at_once(work):
    books = BookFactory.create_batch(3, work=work)
    for stars, book in enumerate(books, start=1):
        write(book, stars)

    Book.objects.filter(work=work).update(work=Work.objects.create(title="Emma, again"))

    assert [ratings_of(book) for book in books] == [(6, 3, [1, 1, 1, 0, 0])] * 3


def test_a_reader_keeps_the_newer_of_two_reviews_of_what_becomes_one_work(work):
    reader, now = UserFactory(), timezone.now()
    edition, loner = BookFactory(work=work), BookFactory()
    newer = write(edition, 5, user=reader, at=now)
    older = write(loner, 1, user=reader, at=now - timedelta(days=1))

    Book.objects.filter(pk=loner.pk).update(work=work)

    older.refresh_from_db()
    assert (older.deleted_by, older.is_deleted) == ("merged", True)
    assert list(Review.objects.living()) == [newer]
    assert ratings_of(edition) == ratings_of(loner) == (5, 1, [0, 0, 0, 0, 1])


def test_the_newer_one_stays_also_where_its_book_is_the_one_that_moves(work):
    reader, now = UserFactory(), timezone.now()
    edition, loner = BookFactory(work=work), BookFactory()
    write(edition, 5, user=reader, at=now - timedelta(days=1))
    newer = write(loner, 1, user=reader, at=now)

    Book.objects.filter(pk=loner.pk).update(work=work)

    assert list(Review.objects.living()) == [newer]
    assert ratings_of(edition) == ratings_of(loner) == (1, 1, [1, 0, 0, 0, 0])


def test_a_new_edition_has_the_ratings_of_its_work_from_the_start(work):
    write(BookFactory(work=work), 4)

    edition = BookFactory(work=work)

    assert ratings_of(edition) == by_hand(edition) == (4, 1, [0, 0, 0, 1, 0])


def test_a_new_edition_of_a_work_whose_review_was_deleted_has_none(work):
    delete(write(BookFactory(work=work), 4))

    assert ratings_of(BookFactory(work=work)) == NONE


def test_words_and_votes_write_no_book(work):
    book = BookFactory(work=work)
    review = write(book, 4)
    written = "SELECT pg_stat_get_xact_tuples_updated('catalog_book'::regclass)"
    with connection.cursor() as cursor:
        cursor.execute(written)
        before = cursor.fetchone()
        edit(review, text="I read it again, and like it just as much.")
        cursor.execute(written)
        assert cursor.fetchone() == before
