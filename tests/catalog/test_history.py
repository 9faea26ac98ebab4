"""Who of the staff changed what in the catalogue."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.person import Person, parts
from catalog.feeds.rows import BookRow
from catalog.feeds.writer import write_books
from catalog.models import Book, Contributor, Genre, Publisher, Series
from tests.accounts.test_staff_groups import member_of
from tests.factories import BookFactory, ContributorFactory, GenreFactory
from tests.shop.test_admin import book_form

pytestmark = pytest.mark.django_db


def change(client, book: Book, **fields):
    book.refresh_from_db()
    known = {"title": book.title, "slug": book.slug, "byline": book.byline}
    form = book_form(book, **{**known, "price": book.price or "", **fields})
    answer = client.post(f"/admin/catalog/book/{book.pk}/change/", form)
    assert answer.status_code == 302, answer.context["errors"]


def history_page(client, thing) -> str:
    model = thing._meta.model_name
    return client.get(f"/admin/catalog/{model}/{thing.pk}/history/").text


def test_a_save_writes_one_row_that_says_who_and_what(staff_client, staff):
    book = BookFactory(title="Ema", price="10.00")
    change(staff_client, book)
    before = Book.history.count()

    change(staff_client, book, title="Emma", price="12.50", format="pocket")

    assert Book.history.count() == before + 1
    newest = Book.history.latest()
    assert (newest.title, newest.history_user_id) == ("Emma", staff.email)
    page = history_page(staff_client, book)
    assert "<strong>Title:</strong> Ema" in page
    assert "10.00" in page and "12.50" in page
    assert "Pocket" in page


def test_what_was_before_the_first_hand_is_kept_as_nobodys(staff_client):
    book = BookFactory(title="Ema")

    change(staff_client, book, title="Emma")

    newest, first = Book.history.all()
    assert (first.title, first.history_user_id) == ("Ema", "")
    assert newest.title == "Emma"


def test_a_save_that_changes_nothing_writes_nothing(staff_client):
    book = BookFactory()
    change(staff_client, book)
    before = Book.history.count()

    change(staff_client, book)

    assert Book.history.count() == before


def test_nobodys_name_stands_at_what_a_feed_changed(staff_client, staff):
    book = BookFactory(title="Emma", byline="Jane Austen")
    change(staff_client, book, shelf="B3")
    with transaction.atomic():
        write_books([BookRow(1, book.ean, "Emma, by a feed")], now=timezone.now())
    assert Book.history.count() == 2

    change(staff_client, book, shelf="B4")

    by_hand, by_feed, *_older = Book.history.all()
    assert (by_feed.history_user_id, by_feed.title) == ("", "Emma, by a feed")
    assert (by_hand.history_user_id, by_hand.shelf) == (staff.email, "B4")
    assert by_hand.diff_against(by_feed).changed_fields == ["shelf"]


def test_genres_and_people_of_a_book_are_in_its_history(staff_client):
    book, crime, jane = BookFactory(), GenreFactory(name="Crime"), ContributorFactory(name="Jane")
    people = {
        "contributions-TOTAL_FORMS": "1",
        "contributions-0-contributor": jane.pk,
        "contributions-0-role": "A01",
        "contributions-0-position": "0",
    }

    change(staff_client, book, genres=str(crime.pk), **people)

    assert Book.history.count() == 2
    page = history_page(staff_client, book)
    assert "<strong>Genres:</strong> –" in page
    assert "Crime" in page
    assert "by Jane" in page


def test_a_new_book_begins_its_history(staff_client, staff):
    staff_client.post("/admin/catalog/book/add/", book_form(byline="Jane Austen"))

    [row] = Book.history.all()
    assert (row.history_type, row.history_user_id) == ("+", staff.email)
    assert row.work is not None


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (Contributor, {"name": "Jane", "sort_name": "Jane", "slug": "jane"}),
        (Publisher, {"name": "Octavo", "slug": "octavo"}),
        (Series, {"title": "Novels", "slug": "novels"}),
        (Genre, {"name": "Crime", "slug": "crime", "mood": "novel"}),
    ],
)
def test_the_other_things_of_the_catalogue_have_one_too(model, known, staff_client, staff):
    thing = model.objects.create(**known)
    column = "title" if model is Series else "name"
    address = f"/admin/catalog/{model._meta.model_name}/{thing.pk}/change/"

    staff_client.post(address, {**known, "parent": "", column: "Another"})

    newest, first = model.history.all()
    assert (first.history_user_id, newest.history_user_id) == ("", staff.email)
    assert "Another" in history_page(staff_client, thing)


def test_saving_a_row_in_code_writes_no_history():
    book = BookFactory()
    book.save(update_fields=["title"])
    Book.objects.update(cover_mood="sea")
    GenreFactory().delete()

    assert not Book.history.exists()
    assert not Genre.history.exists()


def test_a_publisher_that_is_gone_is_said_to_be(staff_client):
    old, new = (Publisher.objects.create(name=name, slug=name) for name in ("old", "new"))
    book = BookFactory(publisher=old)
    change(staff_client, book, publisher=new.pk)
    old.delete()

    assert "no longer there" in history_page(staff_client, book)


def test_whoever_sees_a_book_sees_its_history_and_changes_nothing_there(staff_client):
    book = BookFactory(title="Ema")
    change(staff_client, book, title="Emma")
    version = Book.history.last().pk

    client = member_of("Auditor")
    page = f"/admin/catalog/book/{book.pk}/history/"
    assert client.get(page).status_code == 200
    # The library's page of one version would save it for whoever posts to it.
    client.post(f"{page}{version}/", book_form(book, title="Ema"))
    client.post(page, book_form(book, title="Ema"))
    book.refresh_from_db()
    assert book.title == "Emma"


def test_a_stranger_to_the_catalogue_sees_no_history():
    book = BookFactory()
    client = member_of("Bookseller")
    User.objects.get(email="bookseller@octavo.example").groups.clear()

    assert client.get(f"/admin/catalog/book/{book.pk}/history/").status_code == 403


@pytest.mark.parametrize("key", ["0", "abc", "9" * 30, "²", "-1"])
def test_what_never_was_has_no_history(key, staff_client):
    assert staff_client.get(f"/admin/catalog/book/{key}/history/").status_code == 404


def test_a_long_history_costs_no_more_queries(staff_client, django_assert_num_queries):
    book = BookFactory()
    page = f"/admin/catalog/book/{book.pk}/history/"
    change(staff_client, book, shelf="A1")
    with django_assert_num_queries(4):
        staff_client.get(page)

    for number in range(5):
        change(staff_client, book, shelf=f"B{number}")
    with django_assert_num_queries(4):
        staff_client.get(page)


def test_what_differs_in_a_long_text_is_seen(staff_client):
    book = BookFactory()
    text = {"text-TOTAL_FORMS": "1", "text-0-description": "word " * 500 + "ends here."}
    change(staff_client, book, **text)
    again = {"text-INITIAL_FORMS": "1", "text-0-book": book.pk}
    text["text-0-description"] = "word " * 500 + "goes on."

    change(staff_client, book, **{**text, **again})

    page = history_page(staff_client, book)
    assert "ends here." in page and "goes on." in page
    assert "word " * 200 not in page


def test_staff_get_what_they_changed_with_their_data(staff_client, staff):
    change(staff_client, BookFactory(title="Ema"), title="Emma")
    part = next(part for part in parts() if part.name == "changes_of_the_catalogue")
    person = Person.of(staff)

    [row] = part.export(person)
    assert (row["of"], row["as_it_was_then"]["title"]) == ("book", "Emma")
    assert part.count(person) == 1

    part.erase(person, timezone.now())
    assert set(Book.history.values_list("history_user_id", flat=True)) == {"", "erased"}
