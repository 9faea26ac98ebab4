"""Lists of the admin stay quick, however long they are."""

import pytest
from django.contrib import admin

from bookstore import looking
from catalog.models import Book
from tests.factories import BookFactory

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
