"""What lists go by: ranks, tiers and counts follow what happens in the shop."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from catalog import tags
from catalog.models import Book, FacetCount, Genre
from catalog.querysets import BookQuerySet
from shop import lists, tasks
from tests.factories import BookFactory, GenreFactory

from .conftest import decline, fill, pay, place

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
TOMORROW = TODAY + timedelta(days=1)
WITHDRAWN = datetime(2026, 11, 1, tzinfo=UTC)


def ranks(book: Book) -> tuple[int, int, int]:
    return Book.objects.values_list("bestseller_rank", "rating_rank", "tier").get(pk=book.pk)


def counts(scope: int = 0) -> dict[int, int]:
    lists.count_facets(today=TODAY)
    return dict(FacetCount.objects.filter(scope=scope).values_list("tag", "books"))


def book_in(*genres: Genre, **fields) -> Book:
    book = BookFactory(**fields)
    book.genres.set(genres)
    return book


def places_of_rows(*tables: str) -> list[tuple[str, str]]:
    """Where each row lies; a row that is written anew lies elsewhere."""
    query = " UNION ALL ".join(f"SELECT '{table}', ctid::text FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"{query} ORDER BY 1, 2")
        return cursor.fetchall()


# Ranks


def test_copies_that_were_paid_for_come_before_fame(delivery, guest):
    sold, famous = BookFactory(), BookFactory(outside_ratings=9_000)
    fill(guest, sold, quantity=2)
    pay(place(guest).number)

    lists.rank_books()

    assert ranks(sold)[0] == 2000
    assert ranks(famous)[0] == round(60 * math.log(9001)) == 546


def test_no_fame_weighs_as_much_as_a_copy_sold():
    book = BookFactory(outside_ratings=2_147_483_646)

    lists.rank_books()

    assert ranks(book)[0] == 999


def test_an_order_without_a_payment_is_no_sale(delivery, guest):
    book = BookFactory()
    fill(guest, book)
    waiting = place(guest)
    lists.rank_books()
    assert ranks(book)[0] == 0

    decline(waiting.number)
    lists.rank_books()

    assert ranks(book)[0] == 0


def test_one_vote_does_not_rule():
    one = BookFactory(rating_sum=5, rating_count=1)
    many = BookFactory(rating_sum=90, rating_count=20)
    none = BookFactory()

    lists.rank_books()

    assert [ranks(book)[1] for book in (one, many, none)] == [3750, 4300, 0]


def test_a_book_that_readers_rate_well_carries_the_stars():
    book = BookFactory(rating_sum=90, rating_count=20)

    lists.rank_books()

    assert set(tags.RATINGS.values()) <= set(Book.objects.get(pk=book.pk).tags)


def test_a_book_whose_ratings_are_taken_back_is_unrated():
    book = BookFactory(rating_rank=3750)

    lists.rank_books()

    assert ranks(book)[1] == 0


def test_what_sells_best_stands_in_the_first_tier(monkeypatch):
    monkeypatch.setattr(lists, "TIER_0", 2)
    monkeypatch.setattr(lists, "TIER_1", 4)
    books = [BookFactory(outside_ratings=readers) for readers in (0, 0, 50, 0, 900, 7)]

    lists.rank_books()

    assert [ranks(book)[2] for book in books] == [2, 2, 0, 1, 0, 1]


def test_a_book_is_written_once_whatever_changes():
    BookFactory(outside_ratings=9, rating_sum=4, rating_count=1)

    assert lists.rank_books() == 1


# Counts


def test_a_genre_counts_the_books_below_it_once():
    fiction = GenreFactory()
    crime, love = GenreFactory(parent=fiction), GenreFactory(parent=fiction)
    book_in(crime, love)
    book_in(love)

    in_fiction = counts(fiction.pk)

    assert in_fiction[tags.ALL_BOOKS] == 2
    assert (in_fiction[crime.pk], in_fiction[love.pk]) == (1, 2)
    assert dict(Genre.objects.values_list("pk", "book_count")) == {
        fiction.pk: 2,
        crime.pk: 1,
        love.pk: 2,
    }


def test_facets_are_counted_in_each_genre_and_in_the_whole_shop():
    art, poetry = GenreFactory(), GenreFactory()
    pocket = tags.FORMATS["pocket"]
    book_in(art, format="pocket", pages=100)
    book_in(poetry, format="pocket", language="de")
    book_in(format="hardback")

    assert counts(art.pk).keys() == {
        tags.ALL_BOOKS,
        tags.IN_STOCK,
        art.pk,
        pocket,
        tags.LENGTHS["evening"],
    }
    assert (counts(poetry.pk)[pocket], counts()[pocket]) == (1, 2)
    assert counts()[tags.ALL_BOOKS] == 3
    assert counts()[tags.language_tag("de")] == 1


def test_only_what_can_be_bought_now_is_in_stock():
    BookFactory()
    BookFactory(on_sale_on=TODAY)
    BookFactory(on_sale_on=TOMORROW)
    BookFactory(price=None)
    BookFactory(price=None, on_sale_on=TOMORROW)
    BookFactory(stock=0)
    BookFactory(publishing_status="recalled")
    BookFactory(publishing_status="recalled", on_sale_on=TOMORROW)

    assert (counts()[tags.IN_STOCK], counts()[tags.TO_PREORDER]) == (2, 1)
    # As the lists mean it that one comes to by these facets.
    assert Book.objects.filter(BookQuerySet.is_in_stock(TODAY)).count() == 2
    assert Book.objects.filter(BookQuerySet.is_to_preorder(TODAY)).count() == 1


def test_withdrawn_books_do_not_count():
    genre = GenreFactory()
    book_in(genre, withdrawn_at=WITHDRAWN, format="pocket")

    assert counts() == counts(genre.pk) == {}


def test_what_is_gone_loses_its_count():
    genre = GenreFactory()
    book = book_in(genre, format="pocket")
    assert counts(genre.pk)[tags.FORMATS["pocket"]] == 1

    Book.objects.filter(pk=book.pk).update(format="hardback")
    assert tags.FORMATS["pocket"] not in counts(genre.pk)

    book.genres.clear()
    assert counts(genre.pk) == {}
    assert Genre.objects.get(pk=genre.pk).book_count == 0


# All of it


def test_a_shop_where_nothing_happened_is_not_written():
    book_in(GenreFactory(), outside_ratings=5)
    lists.rank_books()
    lists.count_facets(today=TODAY)
    before = places_of_rows("catalog_book", "catalog_facetcount", "catalog_genre")

    lists.rank_books()
    lists.count_facets(today=TODAY)

    assert places_of_rows("catalog_book", "catalog_facetcount", "catalog_genre") == before


def test_the_tasks_do_what_they_are_called():
    genre = GenreFactory()
    book = book_in(genre, outside_ratings=5)

    tasks.refresh_lists.call()
    tasks.count_facets.call()

    assert ranks(book)[0] == 108
    assert Genre.objects.get(pk=genre.pk).book_count == 1
