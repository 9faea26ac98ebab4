import pytest
from django.utils import timezone

from catalog import history
from catalog.models import Book, Genre, StockMovement
from tests.audits import findings, found_by, without_triggers
from tests.factories import BookFactory, GenreFactory, ratings, receive

pytestmark = pytest.mark.django_db


def test_stock_that_follows_its_ledger_is_right():
    book = BookFactory(stock=3)
    receive(book, -2)
    BookFactory(stock=0)

    assert findings() == []


def test_stock_that_was_changed_by_hand_is_found():
    book = BookFactory(stock=3)
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=book.pk).update(stock=4)

    assert found_by("Stock") == [f"book {book.pk} ({book.ean}): stock 4, movements 3"]


@pytest.mark.parametrize("left", [[], [1]])
def test_a_movement_that_went_missing_is_found(left):
    book = BookFactory(stock=3)
    receive(book, 1)
    with without_triggers("catalog_stockmovement"):
        StockMovement.objects.exclude(quantity__in=left).delete()

    assert found_by("Stock") == [f"book {book.pk} ({book.ean}): stock 4, movements {sum(left)}"]


TAGGED = "A book carries"


def book_in(genre: Genre, **fields) -> Book:
    book = BookFactory(format="pocket", pages=200, **fields)
    book.genres.set([genre])
    return book


def spoil(book: Book, tags: list[int]) -> None:
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=book.pk).update(tags=tags)


def test_tags_that_follow_genres_and_facts_are_right():
    fiction = GenreFactory()
    book = book_in(GenreFactory(parent=fiction))
    Book.objects.filter(pk=book.pk).update(pages=90, language="de")
    # Stars follow when the worker ranks books.
    Book.objects.filter(pk=book.pk).update(**ratings(9, 2))

    assert found_by(TAGGED) == []


def test_tags_that_differ_are_found():
    fiction = GenreFactory()
    crime = GenreFactory(parent=fiction)
    without_genre, without_facet = book_in(crime), book_in(crime)
    spoil(without_genre, [crime.pk, -2, -22])
    spoil(without_facet, [crime.pk, fiction.pk, -2])

    right = sorted([crime.pk, fiction.pk, -2, -22])
    assert found_by(TAGGED) == [
        f"book {without_genre.pk} ({without_genre.ean}): "
        f"tags {sorted([crime.pk, -2, -22])}, should be {right}",
        f"book {without_facet.pk} ({without_facet.ean}): "
        f"tags {sorted([crime.pk, fiction.pk, -2])}, should be {right}",
    ]


def test_a_genre_that_has_just_moved_has_until_the_night():
    fiction, crime = GenreFactory(), GenreFactory()
    book, now = book_in(crime), timezone.now()
    history.catch_up(Genre, crime.pk, now=now)
    crime.parent = fiction
    crime.save()
    history.note(crime, history.CHANGED, who="anna", now=now)

    assert found_by(TAGGED) == []
    spoil(book, [crime.pk])
    assert found_by(TAGGED) == [f"book {book.pk} ({book.ean}): tags [], should be [-22, -2]"]
