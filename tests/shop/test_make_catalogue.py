"""`manage.py make_catalogue`: made-up books that are whole, the same for the same seed, all or none."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce

from catalog import works
from catalog.identifiers import to_isbn13
from catalog.models import Book, BookText, Contributor, Genre, StockMovement
from catalog.titles import derived_from_title
from shop import lists, settling
from shop.synthetic import loading
from shop.synthetic.books import Library
from shop.synthetic.rows import Ids
from tests.factories import BookFactory, ContributorFactory, GenreFactory

BOOKS = 500

# Batches of ranks are transactions of their own, and so is the catalogue.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def make_catalogue(*, books: int = BOOKS, seed: int = 1) -> str:
    out = StringIO()
    call_command("make_catalogue", books=books, seed=seed, stdout=out, stderr=StringIO())
    return out.getvalue()


def made_up_rows(*, seed: int) -> list[object]:
    library = Library(BOOKS, seed)
    ids = Ids(
        people=range(len(library.people)),
        publishers=range(len(library.publishers)),
        series=range(len(library.series)),
        genres=[(leaf, leaf // 5 + 100, "novel") for leaf in range(50)],
        first_book=1,
        first_work=1,
    )
    return list(library.rows(ids, date(2026, 5, 1)))


def definitions() -> list[tuple[str, ...]]:
    """Every index, constraint and trigger, as the database describes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " UNION ALL SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal"
            " ORDER BY 1, 2"
        )
        return cursor.fetchall()


def test_every_book_is_whole() -> None:
    assert "500 made-up books loaded" in make_catalogue()

    books = list(Book.objects.select_related("publisher", "series", "work").order_by("pk"))
    assert len(books) == BOOKS
    for book in books:
        assert to_isbn13(book.ean) == book.ean
        assert vars(book).items() >= derived_from_title(book.title, book.language).items()
        written = {name: getattr(book, name) for name in Book.DERIVED}
        book.fill_derived()
        assert {name: getattr(book, name) for name in Book.DERIVED} == written
    assert BookText.objects.count() == BOOKS
    # What the admin would accept.
    books[0].full_clean(exclude=["cover_image"])


def test_people_and_works_are_those_of_the_rule_for_feeds() -> None:
    make_catalogue()

    for book in Book.objects.select_related("work").prefetch_related("contributions__contributor"):
        people = [
            one.contributor.name
            for one in sorted(book.contributions.all(), key=lambda one: one.position)
        ]
        assert book.byline == ", ".join(people)
        key = works.key_of(title=book.title, author=people[0])
        assert (book.work.key, book.work.title) == (key, book.title)
    assert (
        Book.objects.values("work").annotate(editions=Count("pk")).filter(editions__gt=1).exists()
    )


def test_stock_is_the_sum_of_the_opening_movements() -> None:
    make_catalogue()

    books = Book.objects.annotate(moved=Coalesce(Sum("movements__quantity"), 0))
    assert not books.exclude(stock=F("moved")).exists()
    assert 60 < Book.objects.filter(stock=0).count() < 160
    movements = set(StockMovement.objects.values_list("who", "reason"))
    assert movements == {("make_catalogue", "opening")}


def test_nothing_is_left_for_the_worker_to_bring_up_to_date() -> None:
    make_catalogue()

    assert lists.rank_books() == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM catalog_book WHERE tags <> catalog_genre_tags(id)"
            " || catalog_facet_tags(format, published_on, pages, rating_sum, rating_count, language)"
        )
        assert cursor.fetchone() == (0,)
    assert Genre.objects.filter(parent=None).count() == 10
    assert Genre.objects.filter(parent__isnull=False).count() == 50


def test_the_same_seed_makes_the_same_books() -> None:
    assert made_up_rows(seed=3) == made_up_rows(seed=3)
    assert made_up_rows(seed=3) != made_up_rows(seed=4)


def test_a_second_run_changes_nothing() -> None:
    make_catalogue()

    with pytest.raises(CommandError, match="there already"):
        make_catalogue(books=20)
    assert Book.objects.count() == BOOKS


def test_it_joins_the_books_that_are_there() -> None:
    real = BookFactory(stock=3)
    fiction = GenreFactory(name="fiction", slug="novels")
    author = ContributorFactory(name=Library(BOOKS, 1).people[0].text)
    before = definitions()

    make_catalogue()

    real.refresh_from_db()
    assert real.stock == 3
    assert Book.objects.count() == BOOKS + 1
    assert fiction.children.count() == 5
    assert Contributor.objects.filter(name=author.name).count() == 1
    assert definitions() == before


def test_indexes_and_triggers_stay_as_they_were() -> None:
    before = definitions()

    make_catalogue()

    assert definitions() == before


def test_all_or_nothing(monkeypatch) -> None:
    before = definitions()
    monkeypatch.setattr(loading, "_LEDGER_IS_WRONG", "SELECT true")

    with pytest.raises(RuntimeError):
        make_catalogue()

    assert not Book.objects.exists()
    assert not Contributor.objects.exists()
    assert definitions() == before


def test_who_stops_it_is_told_whether_the_books_are_there(monkeypatch) -> None:
    def stop(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(settling, "settle", stop)
    with pytest.raises(CommandError, match="The books are loaded") as stopped:
        make_catalogue(books=20)
    assert Book.objects.count() == 20
    assert stopped.value.returncode == 130

    monkeypatch.setattr(loading, "_load", stop)
    with pytest.raises(CommandError, match="Nothing was loaded"):
        make_catalogue(books=20, seed=2)


@pytest.mark.parametrize("books", [0, -1, 10_000_001])
def test_a_number_that_cannot_be_made_is_refused(books: int) -> None:
    with pytest.raises(CommandError, match="from 1 to"):
        make_catalogue(books=books)
