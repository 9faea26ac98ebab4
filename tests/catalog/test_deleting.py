"""Rows of the catalogue that staff entered by mistake can be deleted; whatever is in use is kept."""

import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from bookstore.keeping import reasons_to_keep
from bookstore.modules import modules_named
from catalog import deleting
from catalog.models import Book, Contributor, Genre, Publisher, Series, Work
from shop.cart import Shopper
from tests.accounts.test_staff_groups import member_of
from tests.factories import (
    BookFactory,
    ContributorFactory,
    GenreFactory,
    UserFactory,
    VoucherFactory,
)
from tests.reviews.readers import write
from tests.shop.conftest import fill, place
from tests.threads import at_once
from tests.waitlist.lists import line
from waitlist.models import ExpectedDelivery, RestockAlert, Wishlist, WishlistItem

pytestmark = pytest.mark.django_db
# What goes with a book: it says nothing that is not of the book itself, or the worker makes it anew.
GO_WITH_IT = {
    *("Contribution", "BookText", "FrontTableEntry", "PriceChange", "AlsoLiked", "Book_genres"),
    *("BookSales", "RepricedBook", "FeedRecord"),
}


def never_used(**fields) -> Book:
    return BookFactory(stock=0, **fields)


def page_of(thing) -> str:
    return f"/admin/catalog/{thing._meta.model_name}/{thing.pk}/delete/"


def wish_for(book: Book) -> None:
    wishlist = Wishlist.objects.create(user=UserFactory(), name="x", created_at=timezone.now())
    WishlistItem.objects.create(
        wishlist=wishlist, book=book, added_at=timezone.now(), in_stock_told=False
    )


def ask_for(book: Book) -> None:
    RestockAlert.objects.create(user=UserFactory(), book=book, asked_at=timezone.now())


def expect(book: Book) -> None:
    ExpectedDelivery.objects.create(book=book, copies=2, due_on=timezone.localdate())


def leave_out(book: Book) -> None:
    VoucherFactory().excluded_books.add(book)


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (lambda book: line(book, 2), "2 people wait or waited for it"),
        (wish_for, "it is on 1 wishlist"),
        (ask_for, "1 reader asked to be told when it is back"),
        (expect, "1 delivery of it is expected"),
        (leave_out, "1 voucher leaves it out"),
    ],
)
def test_a_book_that_is_named_is_kept_and_the_page_says_by_what(use, reason, staff_client):
    book = never_used()
    use(book)

    asked = staff_client.get(page_of(book))
    sent = staff_client.post(page_of(book))

    assert (asked.status_code, sent.status_code) == (200, 422)
    assert f"<li>{reason}</li>" in asked.text
    assert "Delete it" not in asked.text
    assert f"/admin/catalog/book/{book.pk}/withdraw/" in asked.text
    assert Book.objects.filter(pk=book.pk).exists()


def test_a_book_that_was_sold_reviewed_and_in_stock_says_all_of_it(staff_client, guest):
    book = BookFactory(stock=5)
    write(book)
    fill(guest, book)
    place(guest)
    fill(guest, book)

    reasons = reasons_to_keep(book)

    assert "1 review of it was written" in reasons
    assert "it is in 2 orders" in reasons
    assert "it is in 1 basket" in reasons
    assert any("its stock has moved" in reason for reason in reasons)


@pytest.fixture
def guest() -> Shopper:
    return Shopper(token=uuid.uuid4())


def test_a_withdrawn_book_is_not_offered_to_be_withdrawn_again(staff_client):
    book = BookFactory(withdrawn_at=timezone.now())

    page = staff_client.get(page_of(book)).text

    assert "withdrawn from sale already" in page
    assert "/withdraw/" not in page


def test_a_book_that_was_entered_by_mistake_can_be_deleted(staff_client, staff):
    book = never_used(title="Ema", price="3.00")
    book.contributions.create(contributor=ContributorFactory())
    book.genres.add(GenreFactory())
    Book.objects.filter(pk=book.pk).update(price="4.00")

    assert "Delete it" in staff_client.get(page_of(book)).text
    done = staff_client.post(page_of(book), follow=True)

    assert "“Ema” is deleted." in done.text
    assert not Book.objects.exists()
    gone = Book.history.get()
    assert (gone.history_type, gone.history_user_id, gone.title) == ("-", staff.email, "Ema")
    assert LogEntry.objects.get().object_repr == "Ema"
    assert staff_client.get(f"/admin/catalog/book/{book.pk}/history/").status_code == 200


@pytest.mark.parametrize("group", ["Bookseller", "Manager"])
def test_those_who_keep_the_catalogue_may_delete(group):
    book = never_used()

    assert member_of(group).post(page_of(book)).status_code == 302
    assert not Book.objects.exists()


@pytest.mark.parametrize("group", ["Fulfilment", "Auditor"])
def test_others_may_not(group):
    book = never_used()
    client = member_of(group)

    assert client.get(page_of(book)).status_code == 403
    assert client.post(page_of(book)).status_code == 403
    assert Book.objects.exists()


def test_many_at_once_are_not_deleted_past_the_reasons(staff_client):
    book = BookFactory()
    chosen = {"action": "delete_selected", "_selected_action": [book.pk], "post": "yes"}

    staff_client.post("/admin/catalog/book/", chosen)

    assert Book.objects.exists()


def test_what_books_name_is_kept(staff_client):
    thing = {
        "genre": GenreFactory(),
        "contributor": ContributorFactory(),
        "publisher": Publisher.objects.create(name="Octavo", slug="octavo"),
        "series": Series.objects.create(title="Novels", slug="novels"),
        "work": Work.objects.create(title="Emma"),
    }
    book = never_used(**{name: thing[name] for name in ("publisher", "series", "work")})
    book.genres.add(thing["genre"])
    for role in ("A01", "B01"):
        book.contributions.create(contributor=thing["contributor"], role=role)

    for row in thing.values():
        page = staff_client.post(page_of(row))
        assert page.status_code == 422, row
        assert "<li>1 book refers to it</li>" in page.text, row
        assert type(row).objects.filter(pk=row.pk).exists()
    book.delete()
    for row in thing.values():
        assert staff_client.post(page_of(row)).status_code == 302
    assert not Genre.objects.exists() and not Contributor.objects.exists()


def test_a_genre_with_genres_in_it_is_kept(staff_client):
    fiction = GenreFactory()
    GenreFactory(parent=fiction)

    assert "<li>1 genre is part of it</li>" in staff_client.get(page_of(fiction)).text
    assert staff_client.post(page_of(fiction)).status_code == 422


def test_a_page_of_what_is_not_there_is_not_found(staff_client):
    for key in ("0", "abc", "9" * 30):
        assert staff_client.get(f"/admin/catalog/book/{key}/delete/").status_code == 404


def relations_to(model) -> dict[str, models.Field]:
    found = {
        relation.related_model.__name__: relation.field
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and relation.is_relation
        and relation.related_model is not model
    }
    return {name: field for name, field in found.items() if not name.startswith("Historical")}


def test_every_table_that_names_a_book_keeps_it_or_goes_with_it():
    """One that is new needs a Tie in the `ties` of its app, or a word in GO_WITH_IT."""
    ties = [tie for module in modules_named("ties") for tie in module.TIES if tie.to is Book]
    keeping = {tie.rows(0).model.__name__ for tie in ties}
    # They are kept by the rows that they are steps or links of.
    keeping |= {"PreBookingEvent", "Voucher_excluded_books", "StockTakeScan"}

    assert set(relations_to(Book)) - keeping - GO_WITH_IT == set()


@pytest.mark.slow
def test_nobody_names_a_book_while_it_is_deleted(transactional_db):
    """It goes, or it stays with whoever was first; never a list with a book that is gone."""
    book = never_used()

    def delete():
        deleting.delete(Book, book.pk, who="a test", now=timezone.now())

    deleted, wished = at_once([delete, lambda: wish_for(book)])

    is_there = Book.objects.filter(pk=book.pk).exists()
    assert is_there == isinstance(deleted, deleting.CannotDelete)
    assert is_there == (wished is None)
    assert WishlistItem.objects.count() == is_there


def test_the_database_keeps_a_book_that_was_sold_whoever_deletes_it():
    book = BookFactory(stock=1)

    with pytest.raises(ProtectedError):
        book.delete()
    with pytest.raises(IntegrityError):
        delete_in_sql(book)


@transaction.atomic
def delete_in_sql(book: Book) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_book WHERE id = %s", [book.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
