"""The list of stock movements stays quick, however long the ledger is."""

import re

import pytest
from django.db import connection

from catalog.models import StockMovement
from tests.factories import BookFactory, receive

from .conftest import order_through_pages, pay

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/stockmovement/"


def listed(page) -> int:
    return len(re.findall(r'<td class="field-quantity', page.text))


@pytest.mark.parametrize("asked", [{}, {"reason__exact": "opening"}])
def test_it_costs_the_same_for_two_rows_and_twenty(staff_client, django_assert_num_queries, asked):
    BookFactory.create_batch(2)
    staff_client.get(LIST, asked)
    with django_assert_num_queries(4):
        assert listed(staff_client.get(LIST, asked)) == 2
    BookFactory.create_batch(18)
    with django_assert_num_queries(4):
        assert listed(staff_client.get(LIST, asked)) == 20


def test_it_is_searched_by_any_spelling_of_a_number(staff_client):
    book = BookFactory(ean="9780141439587")
    receive(book, 2)
    BookFactory()

    for text in ("9780141439587", "978-0-14-143958-7", "0141439580"):
        assert listed(staff_client.get(LIST, {"q": text})) == 2
    assert listed(staff_client.get(LIST, {"q": "9780141439588"})) == 0


def test_it_is_searched_by_an_order(client, staff_client, delivery):
    book = BookFactory()
    order = order_through_pages(client, book)
    pay(order.number)

    page = staff_client.get(LIST, {"q": order.number.lower()})

    assert listed(page) == 1
    assert order.number in page.text


def test_a_rare_reason_is_found_by_its_index():
    found = StockMovement.objects.filter(reason="found").values("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "catalog_movement_by_reason" in found.explain()
