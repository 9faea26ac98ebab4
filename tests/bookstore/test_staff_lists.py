"""Lists of the admin stay quick, however long they are."""

import re

import pytest
from django.contrib import admin

from bookstore import looking
from catalog.models import Book
from tests.factories import BookFactory, DeliveryMethodFactory, VoucherFactory

NOT_OURS = {"Group", "ProcrastinateJob"}


def test_no_list_counts_a_long_table():
    of_django = {
        model.__name__
        for model, known in admin.site._registry.items()
        if not isinstance(known, looking.StaffAdmin)
    }

    assert of_django == NOT_OURS


@pytest.mark.django_db
def test_pages_end_where_nobody_pages_any_more(monkeypatch, django_assert_num_queries):
    BookFactory.create_batch(7)
    monkeypatch.setattr(looking, "MOST_LISTED", 5)
    books = looking.ShortPaginator(Book.objects.order_by("pk"), 2)

    with django_assert_num_queries(1):
        assert books.num_pages == 3
    assert books.is_cut
    assert [len(page.object_list) for page in books] == [2, 2, 1]


@pytest.mark.django_db
def test_a_short_table_is_listed_whole():
    BookFactory.create_batch(3)
    books = looking.ShortPaginator(Book.objects.order_by("pk"), 2)

    assert (books.count, books.is_cut) == (3, False)


def test_a_list_says_how_long_it_is(staff_client):
    BookFactory.create_batch(3)

    page = staff_client.get("/admin/catalog/book/").text

    assert "<h1>Books</h1>" in page
    assert "3 books" in page
    assert "or more" not in page


def test_a_list_that_is_cut_says_so_and_what_to_do(staff_client, monkeypatch):
    BookFactory.create_batch(3)
    monkeypatch.setattr(looking, "MOST_LISTED", 2)
    monkeypatch.setattr(looking.StaffAdmin, "list_per_page", 1)
    monkeypatch.setattr(looking.StaffAdmin, "list_max_show_all", 1)

    page = staff_client.get("/admin/catalog/book/").text

    assert "2 books or more" in page
    assert "Search or filter" in page


def test_a_search_says_what_it_found_and_leads_back(staff_client):
    VoucherFactory(code="SPRING")
    VoucherFactory(code="AUTUMN")

    page = staff_client.get("/admin/shop/voucher/", {"q": "spring"}).text

    assert "1 voucher" in page.partition("changelist-search")[2].partition("</form>")[0]
    assert '<a href="?">Show all</a>' in page


def test_rows_to_edit_in_a_list_have_labels(staff_client):
    DeliveryMethodFactory()

    page = staff_client.get("/admin/shop/deliverymethod/").text

    assert re.search(
        r'<input type="number" name="form-0-position"[^>]* aria-label="Position"', page
    )
