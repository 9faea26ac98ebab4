import pytest
from django.utils import timezone

from catalog.models import Book
from shop.cart import Shopper
from shop.models import CartItem
from tests.factories import BookFactory, receive

from .conftest import fill, order_through_pages, pay, place


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=10)


@pytest.fixture
def order(client, emma):
    return order_through_pages(client, emma)


def again(client, order):
    return client.post(f"/orders/{order.number}/again/", follow=True)


def text(response) -> str:
    return response.content.decode()


def test_the_books_of_an_order_go_into_the_basket_again(client, order, emma):
    page = again(client, order)

    assert page.redirect_chain == [("/basket/", 302)]
    assert f"The books of order {order.number} are in your basket." in text(page)
    line = CartItem.objects.get()
    assert (line.book, line.quantity) == (emma, 1)


def test_what_there_is_comes_and_the_rest_is_said(shopper, shopper_client, emma):
    fill(Shopper(user=shopper), emma, quantity=4)
    order = pay(place(Shopper(user=shopper)).number)
    receive(emma, -3)

    page = again(shopper_client, order)

    assert "Only 3 copies of “Emma” are left. They are in your basket." in text(page)
    assert CartItem.objects.get().quantity == 3


def test_a_book_that_is_gone_keeps_no_other_out(client, order, emma):
    other = BookFactory(title="Persuasion")
    order.items.create(book=other, title="Persuasion", ean=other.ean, unit_price=1, quantity=2)
    Book.objects.filter(pk=emma.pk).update(withdrawn_at=timezone.now())

    page = again(client, order)

    assert "“Emma” cannot be bought at the moment." in text(page)
    assert "are in your basket." not in text(page)
    assert list(CartItem.objects.values_list("book", "quantity")) == [(other.pk, 2)]
