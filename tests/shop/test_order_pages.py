from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import Book
from shop.models import NUMBER_ALPHABET, new_order_number
from tests.factories import BookFactory

from .conftest import pay


@pytest.fixture
def order(client, delivery, order_through_pages):
    return order_through_pages(client, BookFactory(title="Emma", stock=30))


def text(response) -> str:
    return response.content.decode()


def test_whoever_placed_it_sees_it(client, order):
    assert "Emma" in text(client.get(f"/orders/{order.number}/"))
    assert order.number in text(client.get("/orders/"))


def test_a_book_that_is_withdrawn_is_named_without_a_link(client, order):
    book = Book.objects.get()
    link = f'href="{book.get_absolute_url()}"'
    assert link in text(client.get(f"/orders/{order.number}/"))

    Book.objects.update(withdrawn_at=timezone.now())

    page = text(client.get(f"/orders/{order.number}/"))
    assert "Emma" in page
    assert link not in page


def test_a_stranger_gets_404(order, shopper_client):
    assert shopper_client.get(f"/orders/{order.number}/").status_code == 404
    assert Client().get(f"/orders/{order.number}/").status_code == 404
    assert Client().get(f"/orders/{order.number}/demo-payment/").status_code == 404
    assert Client().post(f"/orders/{order.number}/pay/").status_code == 404


def test_a_stranger_cannot_settle_anothers_order(order, shopper_client):
    shopper_client.post(f"/orders/{order.number}/demo-payment/", {"choice": "pay"})

    order.refresh_from_db()
    assert order.is_pending


def test_a_waiting_order_can_be_paid_later(client, order):
    page = client.get(f"/orders/{order.number}/")
    assert "Your order waits for its payment" in text(page)

    response = client.post(f"/orders/{order.number}/pay/")

    assert response.url == f"/orders/{order.number}/demo-payment/"


def test_the_guests_link_in_the_mail_opens_the_order_for_any_session(order):
    pay(order.number)
    body = OutboxMessage.objects.get().body
    link = next(line for line in body.splitlines() if "/orders/open/" in line)
    path = link[link.index("/orders/open/") :]

    page = Client().get(path, follow=True)

    assert page.redirect_chain == [(f"/orders/{order.number}/", 302)]
    assert "Emma" in text(page)


def test_a_link_that_was_changed_is_404(order):
    assert Client().get(f"{order.guest_url[:-2]}x/").status_code == 404


def test_a_link_ends_after_ninety_days(order):
    link = order.guest_url
    later = timezone.now() + timedelta(days=91)

    with mock.patch("django.core.signing.time.time", return_value=later.timestamp()):
        assert Client().get(link).status_code == 404


def test_without_orders_the_page_says_what_to_do(client, db):
    assert "There are no orders to show here" in text(client.get("/orders/"))


def test_numbers_can_be_read_aloud():
    numbers = {new_order_number() for _ in range(200)}

    assert len(numbers) == 200
    assert all(len(number) == 8 and set(number) <= set(NUMBER_ALPHABET) for number in numbers)
    assert not set("01OI") & set(NUMBER_ALPHABET)


def test_the_list_needs_the_same_queries_for_many_orders(
    client, order, order_through_pages, django_assert_num_queries
):
    client.get("/orders/")
    with django_assert_num_queries(4):
        client.get("/orders/")
    for _ in range(10):
        order_through_pages(client, BookFactory())

    with django_assert_num_queries(4):
        assert len(client.get("/orders/").context["page"]) == 11


def test_more_orders_than_a_page_holds_are_on_the_next(
    client, order, order_through_pages, settings
):
    for _ in range(20):
        order_through_pages(client, BookFactory())

    assert "Older orders" in text(client.get("/orders/"))
    assert order.number in text(client.get("/orders/", {"page": 2}))
    assert client.get("/orders/", {"page": 3}).status_code == 404


def test_the_page_needs_the_same_queries_for_many_lines(client, order, django_assert_num_queries):
    client.get("/orders/")
    with django_assert_num_queries(5):
        client.get(f"/orders/{order.number}/")
    for book in BookFactory.create_batch(10):
        order.items.create(book=book, title=book.title, ean=book.ean, unit_price=1, quantity=1)

    with django_assert_num_queries(5):
        client.get(f"/orders/{order.number}/")


def test_the_page_writes_the_address_as_its_country_does(client, order):
    page = text(client.get(f"/orders/{order.number}/"))

    written = "Nadia Rahman<br>1 Some Street<br>BRISTOL<br>BS1 4ZZ<br>United Kingdom<br>"
    assert f"<address>{written}</address>" in page
