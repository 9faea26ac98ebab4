"""Lists of the admin stay quick, however long they are."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookstore import looking, staff_menu
from catalog.models import Book
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.staff_scene import a_bit_of_everything

# Django's list of a handful of groups; the jobs of the queue, which are the operator's.
NOT_OURS = {"Group", "ProcrastinateJob"}
# A count of keys that ends at so many, as ShortPaginator makes it.
BOUND = "LIMIT"


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


def lists() -> Iterator[str]:
    """The list of each model, and each page of our own that needs no row."""
    for model in admin.site._registry:
        if model.__name__ not in NOT_OURS:
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for staff_page in staff_menu.pages():
        if staff_page.title:
            yield reverse(f"admin:{staff_page.name}")


def statements(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.django_db
def test_no_list_asks_more_of_the_database_for_more_rows(staff_client):
    DeliveryMethodFactory()
    a_bit_of_everything(staff_client)
    addresses = [*lists()]
    few = {address: len(statements(staff_client, address)) for address in addresses}
    for _ in range(3):
        DeliveryMethodFactory()
        a_bit_of_everything(staff_client)

    many = {address: len(statements(staff_client, address)) for address in addresses}

    assert many == few


@pytest.mark.django_db
def test_what_a_list_counts_is_bounded(staff_client):
    DeliveryMethodFactory()
    a_bit_of_everything(staff_client)
    counts = {
        (address, sql)
        for address in lists()
        for sql in statements(staff_client, address)
        if sql.startswith("SELECT COUNT") and BOUND not in sql
    }

    assert counts == set()
