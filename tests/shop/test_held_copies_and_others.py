"""Copies of a waiting list, and buyers who are not on it."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Book
from shop import cart
from shop.cart import Shopper
from shop.models import CartItem
from shop.services.cancelling import cancel_order
from shop.services.checkout import GoesToTheLine
from tests.factories import BookFactory
from tests.waitlist.lists import deliver, line, sold_out, states, stock_of
from waitlist import offers

from .conftest import fill, place
from .held import accept, hold_a_copy, reprice

pytestmark = pytest.mark.django_db


def test_copies_added_while_none_is_held_never_sell_at_the_offers_price(guest, delivery):
    book = BookFactory(stock=0, price=Decimal("10.00"))
    held, other = hold_a_copy(book), Shopper(token=uuid.uuid4())
    accept(held, guest)
    accept(held, other)
    order = place(other)
    reprice(book, "20")
    deliver(book, 5)
    now = timezone.now()
    cart.add(shopper=guest, book=Book.objects.get(pk=book.pk), quantity=3, now=now)

    cancel_order(number=order.number, who="a test", now=now)

    assert place(guest).items.get().unit_price == Decimal(20)


def test_a_look_at_the_basket_takes_no_copy_away_that_is_held_since(guest, delivery):
    book = BookFactory(stock=0)
    held = hold_a_copy(book)
    accept(held, guest)
    CartItem.objects.update(held=held)
    seen = cart.basket_of(guest, now=timezone.now() + timedelta(hours=49))
    assert seen.lines[0].is_hold_over

    cart._note_as_seen(guest, seen)

    assert CartItem.objects.get().held == held


def test_nobody_buys_before_the_line_when_a_price_comes_after_the_copies(guest, delivery):
    book = sold_out(price=Decimal("10.00"))
    [waiting] = line(book, 1)
    Book.objects.filter(pk=book.pk).update(price=None)
    deliver(book, 1)
    reprice(book, "10")
    fill(guest, Book.objects.get(pk=book.pk))

    with pytest.raises(GoesToTheLine, match="waiting list"):
        place(guest)
    offers.offer_left_over(now=timezone.now())

    assert states([waiting]) == ["offered"]
    assert stock_of(book) == 0


def test_what_the_line_let_go_by_is_for_everybody(guest, delivery):
    book = sold_out()
    [waiting] = line(book, 1)
    deliver(book, 1)
    offers.skip(key=waiting.key, now=timezone.now())
    fill(guest, Book.objects.get(pk=book.pk))

    assert place(guest).items.get().quantity == 1
