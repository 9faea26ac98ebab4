"""A genre moves, and the tags of its books with it."""

import threading
import time

import pytest
from django.db import connection, transaction

from catalog import tasks
from catalog.models import Book, Genre
from catalog.retagging import retag_all, retag_genre
from tests.factories import BookFactory, GenreFactory
from tests.threads import somebody_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def fiction() -> Genre:
    return GenreFactory()


@pytest.fixture
def crime(fiction) -> Genre:
    return GenreFactory(parent=fiction)


def book_in(*genres: Genre) -> Book:
    book = BookFactory(format="pocket")
    book.genres.set(genres)
    return book


def genres_of(book: Book) -> set[int]:
    return {tag for tag in Book.objects.get(pk=book.pk).tags if tag > 0}


def move(genre: Genre, parent: Genre | None) -> None:
    Genre.objects.filter(pk=genre.pk).update(parent=parent)


def spoil_tags(book: Book) -> None:
    Book.objects.filter(pk=book.pk).update(tags=[])


def test_books_follow_a_genre_that_moves(fiction, crime):
    cosy, leisure = GenreFactory(parent=crime), GenreFactory()
    book, cosy_book, other = book_in(crime), book_in(cosy), book_in(fiction)
    move(crime, leisure)

    assert retag_genre(crime.pk) == 2

    assert genres_of(book) == {crime.pk, leisure.pk}
    assert genres_of(cosy_book) == {cosy.pk, crime.pk, leisure.pk}
    assert genres_of(other) == {fiction.pk}


def test_a_book_that_stays_in_the_old_place_by_another_genre_keeps_its_tag(fiction, crime):
    book = book_in(crime, fiction)
    move(crime, None)

    assert retag_genre(crime.pk) == 0

    assert genres_of(book) == {crime.pk, fiction.pk}


def test_facets_stay_as_they_were(crime):
    book = book_in(crime)
    facets = [tag for tag in Book.objects.get(pk=book.pk).tags if tag < 0]
    move(crime, None)

    tasks.retag_books.call(genre_id=crime.pk)

    assert Book.objects.get(pk=book.pk).tags == [crime.pk, *facets]


def test_the_night_finds_whatever_is_wrong(fiction, crime):
    spoilt, right = book_in(crime), book_in(fiction)
    spoil_tags(spoilt)

    assert retag_all() == 1
    tasks.repair_tags.call()

    assert genres_of(spoilt) == {crime.pk, fiction.pk}
    assert genres_of(right) == {fiction.pk}


def test_a_search_by_genre_finds_a_book_where_it_is_now(fiction, crime):
    book = book_in(crime)
    move(crime, None)
    retag_genre(crime.pk)

    assert not Book.objects.in_genre(fiction).exists()
    assert Book.objects.in_genre(crime).get() == book


def test_one_statement_tags_each_of_its_books(fiction, crime):
    cosy, leisure = GenreFactory(parent=crime), GenreFactory()
    in_two, in_one, bystander = BookFactory(), BookFactory(), book_in(leisure)
    link = Book.genres.through

    link.objects.bulk_create(
        link(book=book, genre=genre)
        for book, genre in [(in_two, cosy), (in_two, leisure), (in_one, crime)]
    )

    assert genres_of(in_two) == {cosy.pk, crime.pk, fiction.pk, leisure.pk}
    assert genres_of(in_one) == {crime.pk, fiction.pk}
    assert genres_of(bystander) == {leisure.pk}
    assert retag_all() == 0


def test_one_statement_takes_tags_from_each_of_its_books(fiction, crime):
    none_left, one_left = book_in(crime), book_in(crime, fiction)

    Book.genres.through.objects.filter(genre=crime).delete()

    assert genres_of(none_left) == set()
    assert genres_of(one_left) == {fiction.pk}
    assert retag_all() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_genres_of_a_book_at_once_leave_the_tags_of_both(fiction, crime):
    leisure = GenreFactory()
    book = book_in(leisure)

    def add_crime() -> None:
        try:
            Book.objects.get(pk=book.pk).genres.add(crime)
        finally:
            connection.close()

    other = threading.Thread(target=add_crime)
    with transaction.atomic():
        book.genres.remove(leisure)
        other.start()
        wait_until_somebody_waits_for_a_lock()
    other.join(5)

    assert genres_of(book) == {crime.pk, fiction.pk}


def wait_until_somebody_waits_for_a_lock() -> None:
    for _try in range(100):
        if somebody_waits():
            return
        time.sleep(0.05)
    pytest.fail("Nobody waits.")
