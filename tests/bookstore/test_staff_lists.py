"""Lists of the admin stay quick, however long they are."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from bookstore import looking, staff_menu
from catalog.models import Book
from tests.factories import BookFactory, DeliveryMethodFactory, UserFactory, VoucherFactory
from tests.staff_scene import a_bit_of_everything, first

# The jobs of the queue, which are the operator's.
NOT_OURS = {"ProcrastinateJob"}
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


@pytest.mark.slow
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"body__contains": "reset"},
        {"title__regex": "("},
        {"price__gte": "1"},
        {"book__title__contains": "x"},
        {"id__exact": "x"},
        {"nothing__id__exact": "1"},
    ],
)
def test_no_list_looks_into_columns_that_it_has_no_filter_for(asked, staff_client):
    BookFactory()
    for model in admin.site._registry:
        if model.__name__ not in NOT_OURS:
            names = (model._meta.app_label, model._meta.model_name)
            address = reverse("admin:{}_{}_changelist".format(*names))
            assert staff_client.get(address, asked).status_code in (400, 302), address


@pytest.mark.django_db
def test_other_pages_link_to_lists_by_keys(staff_client):
    here, there = receive_one("Emma"), receive_one("Persuasion")

    page = staff_client.get("/admin/catalog/stockmovement/", {"book__id__exact": here.pk})

    assert here.title in page.text
    assert there.title not in page.text


def receive_one(title: str) -> Book:
    return BookFactory(title=title, stock=1)


def deactivate(client: Client, **chosen):
    ticked = User.objects.get(email="reader0@example.org").pk
    asked = {"action": "deactivate", "index": "0", "_selected_action": [ticked], **chosen}
    return client.post("/admin/accounts/user/?role=reader", asked, follow=True)


@pytest.fixture
def readers(db) -> None:
    for number in range(4):
        UserFactory(email=f"reader{number}@example.org")


def test_all_of_a_long_list_at_once_is_refused(staff_client, readers, monkeypatch):
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(looking, "MOST_LISTED", 2)

    page = deactivate(staff_client, select_across="1")

    assert "Nothing was done: that is for 3 rows at a time" in page.text
    assert not User.objects.filter(is_active=False).exists()


@pytest.mark.parametrize(("across", "done"), [("1", 4), ("0", 1), ("False", 1)])
def test_all_of_a_short_list_at_once_and_single_rows_are_not(
    staff_client, readers, monkeypatch, across, done
):
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 4 if done == 4 else 3)

    page = deactivate(staff_client, select_across=across)

    assert "Nothing was done" not in page.text
    assert User.objects.filter(is_active=False).count() == done


def test_only_what_is_changed_in_the_admin_has_a_log_to_look_at(staff_client):
    DeliveryMethodFactory()
    a_bit_of_everything(staff_client)
    with_log = {
        model._meta.label_lower
        for model, known in admin.site._registry.items()
        if isinstance(known, looking.ReadOnlyAdmin) and "/history/" in page_of(staff_client, model)
    }

    assert with_log == set()
    assert "/history/" in page_of(staff_client, Book)


def page_of(client: Client, model: type[Model]) -> str:
    facts = model._meta
    name = f"admin:{facts.app_label}_{facts.model_name}_change"
    return client.get(reverse(name, args=[first(model).pk])).text
