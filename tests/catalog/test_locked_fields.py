"""What staff lock of a book no feed changes, nor what follows from it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from catalog.feeds import writer
from catalog.feeds.locked import ROW_FIELDS
from catalog.feeds.rows import BookRow
from catalog.locks import Lock
from catalog.models import Book, Genre
from catalog.search import found_among
from tests.catalog.test_feed_writer import WHOLE, versions, write
from tests.factories import BookFactory
from tests.shop.test_admin import book_form

pytestmark = pytest.mark.django_db

# No article, so that no other language sorts it elsewhere.
MADE = WHOLE._replace(title="Étranger")
# Another word of the sender on all that a feed can say.
OTHER = BookRow(
    line=2,
    ean=WHOLE.ean,
    title="The Outsider",
    subtitle="Translated",
    contributors=(("A. Camus", "A01"), ("Sandra Smith", "B06")),
    language="en",
    publisher="Penguin",
    genres=(("Fiction", "Translated"),),
    series="Modern Classics",
    series_number="7",
    published_on=date(2013, 5, 1),
    published_precision="month",
    on_sale_on=date(2013, 5, 3),
    publishing_status="out_of_print",
    pages=111,
    height_mm=198,
    width_mm=129,
    thickness_mm=9,
    weight_g=94,
    format="paperback",
    description="My mother died today.",
    price=Decimal("9.99"),
    tax_class="ebook",
)
# The columns of a book, and its parts, that each lock keeps.
KEPT = {
    Lock.TITLE: {"title", "slug", "sort_title"},
    Lock.SUBTITLE: {"subtitle"},
    Lock.CONTRIBUTORS: {"people", "byline"},
    Lock.SERIES: {"series_id", "series_title", "series_number", "series_position"},
    Lock.PUBLISHER: {"publisher_id", "publisher_name"},
    Lock.LANGUAGE: {"language"},
    # A feed's genres tag a book; the facets among its tags are of other things.
    Lock.GENRES: {"genres"},
    Lock.DESCRIPTION: {"description"},
    Lock.PRICE: {"price"},
    Lock.TAX: {"tax_class"},
    Lock.DATES: {"published_on", "published_precision", "on_sale_on"},
    Lock.STATUS: {"publishing_status"},
    Lock.FORMAT: {"format"},
    Lock.MEASURES: {"pages", "height_mm", "width_mm", "thickness_mm", "weight_g"},
}
# Each of them is of many things, and judged on its own.
_MIXED = {"search_text", "search", "tags"}
# Words by which search finds a book, of what it was made with and of what it was sent later.
FOUND_BY = {
    Lock.TITLE: ("etranger", "outsider"),
    Lock.SUBTITLE: ("novel", "translated"),
    Lock.CONTRIBUTORS: ("albert camus", "a camus"),
    Lock.SERIES: ("folio", "modern classics"),
    Lock.PUBLISHER: ("gallimard", "penguin"),
}


def book_of(ean: str = WHOLE.ean) -> dict[str, Any]:
    """A book as it is stored, with what belongs to it in other tables."""
    book = Book.objects.get(ean=ean)
    columns = {one.attname: getattr(book, one.attname) for one in Book._meta.concrete_fields}
    return {
        **columns,
        "people": list(
            book.contributions.order_by("position").values_list("role", "contributor__name")
        ),
        "genres": sorted(book.genres.values_list("name", flat=True)),
        "description": book.text.description,
    }


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def lock(*locks: str) -> None:
    Book.objects.filter(ean=WHOLE.ean).update(locked_fields=list(locks))


@pytest.fixture
def made() -> dict[str, Any]:
    write(MADE)
    return book_of()


def test_each_lock_is_of_something_a_feed_says() -> None:
    said = {name for names in ROW_FIELDS.values() for name in names}
    not_the_staffs = {"line", "ean", "reference", "sent_at", "outside_rating", "outside_ratings"}

    assert set(ROW_FIELDS) == set(Lock) == set(KEPT)
    assert said == set(BookRow._fields) - not_the_staffs


@pytest.mark.parametrize("locked", Lock)
def test_what_is_locked_stays_and_the_rest_follows_the_feed(
    locked: Lock, made: dict[str, Any]
) -> None:
    with transaction.atomic():
        write(OTHER)
        all_that_changes = changed(made, book_of()) - _MIXED
        transaction.set_rollback(True)
    lock(locked)
    before = book_of()

    write(OTHER)

    assert all_that_changes >= KEPT[locked]
    assert changed(before, book_of()) - _MIXED == all_that_changes - KEPT[locked]


@pytest.mark.parametrize("locked", FOUND_BY)
def test_search_goes_by_what_is_locked(locked: Lock, made: dict[str, Any]) -> None:
    lock(locked)

    write(OTHER)

    for one, (kept, sent) in FOUND_BY.items():
        words = kept if one == locked else sent
        assert found_among(Book.objects.all(), words).exists(), words


def test_genres_of_a_locked_book_are_neither_made_nor_become_its_tags(made: dict[str, Any]) -> None:
    genres = set(Genre.objects.values_list("pk", flat=True))
    lock(Lock.GENRES)

    write(OTHER)

    assert set(Genre.objects.values_list("pk", flat=True)) == genres
    assert {tag for tag in book_of()["tags"] if tag > 0} == genres


def test_a_book_of_which_all_is_locked_is_right_whatever_the_feed_says(
    made: dict[str, Any],
) -> None:
    lock(*Lock.values)
    before = versions()

    result = write(OTHER)

    assert (result.created, result.updated, result.unchanged) == ({}, frozenset(), 1)
    assert versions() == before


@pytest.mark.parametrize(("locked", "joins"), [(Lock.PRICE, True), (Lock.SERIES, False)])
def test_a_feed_brings_no_book_to_a_work_that_it_cannot_tell(
    locked: Lock, joins: bool, made: dict[str, Any]
) -> None:
    Book.objects.update(work=None)
    lock(locked)

    write(MADE)

    assert (book_of()["work_id"] is not None) is joins


def test_what_staff_lock_while_a_feed_comes_in_is_not_overwritten(
    made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between what the feed found and its first write; the second try of an import knows the lock."""
    holds = writer._hold

    def lock_first(*args: Any) -> Any:
        lock(Lock.TITLE)
        return holds(*args)

    monkeypatch.setattr(writer, "_hold", lock_first)
    with pytest.raises(IntegrityError, match="leave alone"), transaction.atomic():
        write(OTHER)
    assert changed(made, book_of()) == set()

    lock(Lock.TITLE)
    write(OTHER)

    assert book_of()["title"] == MADE.title


def change(client: Client, **fields: Any) -> HttpResponse:
    book = Book.objects.get()
    form = book_form(book, title=book.title, byline=book.byline, **fields)
    answer = client.post(f"/admin/catalog/book/{book.pk}/change/", form)
    assert answer.status_code == 302
    return client.get(f"/admin/catalog/book/{book.pk}/history/")


def test_staff_lock_what_they_put_right(staff_client: Client) -> None:
    book = BookFactory(title="Ema", byline="Jane Austen")
    page = staff_client.get(f"/admin/catalog/book/{book.pk}/change/").text
    assert page.count('type="checkbox" name="locked_fields"') == len(Lock)

    change(staff_client)
    history = change(staff_client, locked_fields=["title", "price"])
    write(BookRow(2, book.ean, "Ema (feed)", language="en"))

    book.refresh_from_db()
    assert book.locked_fields == ["title", "price"]
    assert (book.title, book.language) == ("Ema", "en")
    assert "<strong>Feeds leave alone:</strong> – <span" in history.text
    assert "title, price" in history.text


def test_staff_let_feeds_in_again(staff_client: Client) -> None:
    book = BookFactory(locked_fields=["title", "price"])

    drawn_with = {"initial-title": book.title, "initial-locked_fields": ["title", "price"]}
    change(staff_client, **drawn_with)

    book.refresh_from_db()
    assert book.locked_fields == []


def test_a_form_that_was_open_meanwhile_takes_no_lock_back(staff_client: Client) -> None:
    book = BookFactory(locked_fields=["title"])

    # It was drawn without locks, and nobody ticked any.
    change(staff_client, **{"initial-title": book.title})

    book.refresh_from_db()
    assert book.locked_fields == ["title"]
