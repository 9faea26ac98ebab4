"""Editions of one work are grouped by a rule, unless staff have grouped them."""

from importlib import import_module

import pytest
from django.apps import apps

from catalog import works
from catalog.models import Book, Contribution, Work
from tests.factories import BookFactory, ContributorFactory

BRADBURY = "Ray Bradbury"


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Fahrenheit 451", "Ray Bradbury"),
        ("FAHRENHEIT 451 (Flamingo Modern Classics)", "Ray Bradbury"),
        ("Fahrenheit 451 [large print] (Voyager)", "RAY BRADBURY"),
        ("The Fahrenheit: 451", "Ray  Bradbury"),
    ],
)
def test_editions_of_a_work_have_the_same_key(title: str, author: str) -> None:
    assert works.key_of(title=title, author=author) == "fahrenheit 451|ray bradbury"


@pytest.mark.parametrize(
    ("title", "author"), [("Emma", ""), ("Emma", "?!"), ("…", "Jane Austen"), ("", "Jane Austen")]
)
def test_without_a_title_or_an_author_there_is_no_work(title: str, author: str) -> None:
    assert works.key_of(title=title, author=author) is None


def test_a_title_that_is_all_in_brackets_stays() -> None:
    assert works.title_of("(Untitled)") == "(Untitled)"
    assert works.title_of("[sic] (2nd edition)") == "[sic] (2nd edition)"


def test_volumes_that_go_by_the_title_of_their_series_are_works_of_their_own() -> None:
    first, again, second = (
        works.key_of(title="Naruto", author="Kishimoto", series="Naruto", number=number)
        for number in ("1", "1", "2")
    )

    assert first == again == "naruto|1|kishimoto"
    assert first != second


def test_a_number_does_not_set_editions_apart_that_have_a_title_of_their_own() -> None:
    """Narnia is numbered in two ways."""
    one, other = (
        works.key_of(title="Prince Caspian", author="C.S. Lewis", series="Narnia", number=number)
        for number in ("2", "4")
    )

    assert one == other


@pytest.mark.django_db
def test_a_key_always_fits_into_its_index() -> None:
    long, longer = (
        works.key_of(title="𠮟" * 450 + end, author="𠮷" * 300) or "" for end in ("", "𠀋")
    )

    for key in (long, longer, "𠮟" * 600):
        Work.objects.create(key=key, title="Long")

    assert Work.objects.count() == 3


@pytest.mark.django_db
def test_a_book_gets_the_work_of_its_other_editions() -> None:
    Work.objects.create(key="fahrenheit 451|ray bradbury", title="Fahrenheit 451")
    book = BookFactory(title="Fahrenheit 451 (Voyager)", byline="An Editor")
    for position, (role, name) in enumerate([("B01", "An Editor"), ("A01", BRADBURY)]):
        person = ContributorFactory(name=name)
        Contribution.objects.create(book=book, contributor=person, role=role, position=position)

    works.assign(book)

    assert book.work == Work.objects.get()
    assert str(book.work) == "Fahrenheit 451"


@pytest.mark.django_db
def test_before_its_contributors_are_saved_a_book_goes_by_its_byline() -> None:
    book = Book(title="Emma", byline="Jane Austen")

    works.assign(book)

    assert book.work and book.work.key == "emma|jane austen"


@pytest.mark.django_db
def test_without_an_author_a_book_has_no_work() -> None:
    book = BookFactory(title="Emma", byline="An Editor")
    Contribution.objects.create(book=book, contributor=ContributorFactory(), role="B01")

    works.assign(book)

    assert book.work is None
    assert not Work.objects.exists()


@pytest.mark.django_db
def test_a_work_that_staff_gave_a_book_stays() -> None:
    mine = Work.objects.create(title="Mine")
    book = BookFactory(title="Emma", byline="Jane Austen", work=mine)

    works.assign(book)

    assert book.work == mine


@pytest.mark.django_db
def test_books_from_before_there_were_works_are_grouped_by_the_same_rule() -> None:
    migration = import_module("catalog.migrations.0012_works_of_books")
    mine = Work.objects.create(title="Mine")
    kept = BookFactory(title="Emma", byline="Jane Austen", work=mine)
    emma = BookFactory(title="Emma (Penguin Classics)", byline="Jane Austen")
    other = BookFactory(title="Emma", byline="An Editor")
    for role, name in (("B01", "An Editor"), ("A01", "Jane Austen")):
        other.contributions.create(contributor=ContributorFactory(name=name), role=role)
    nobodys = BookFactory(title="Emma", byline="")

    migration.group(apps, None)

    found = dict(Book.objects.values_list("pk", "work__key"))
    assert found == {
        kept.pk: None,
        emma.pk: "emma|jane austen",
        other.pk: "emma|jane austen",
        nobodys.pk: None,
    }
    assert Book.objects.get(pk=kept.pk).work == mine
