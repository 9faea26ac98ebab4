"""Lines that were taken out and are put back."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Book
from shop.models import CartItem
from shop.undo import pack
from tests.factories import BookFactory, receive

HTMX = {"HX-Request": "true", "HX-Target": "basket-lines"}


@pytest.fixture
def emma(db):
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 2})
    client.get("/basket/")
    return client


def remove(client, **headers):
    """Take the only line out, and see the page that follows."""
    line = CartItem.objects.get()
    return client.post(f"/basket/items/{line.pk}/remove/", headers=headers, follow=True)


def undo(client, page, **headers):
    """Press the button that `page` shows."""
    packed = re.search(r'name="line" value="([^"]+)"', page.text)[1]
    return client.post("/basket/undo/", {"line": packed}, headers=headers, follow=True)


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_a_line_that_was_removed_can_be_put_back(with_emma):
    removed = remove(with_emma)
    is_gone = not CartItem.objects.exists()

    page = undo(with_emma, removed)

    assert is_gone
    assert "You took out “Emma”" in removed.text
    assert page.redirect_chain == [("/basket/", 302)]
    assert messages(page) == ["“Emma” is back."]
    assert CartItem.objects.get().quantity == 2


def test_it_can_be_put_back_by_htmx(with_emma):
    page = undo(with_emma, remove(with_emma, **HTMX), **HTMX)

    assert "<html" not in page.text
    assert CartItem.objects.get().quantity == 2


def test_the_offer_is_gone_at_the_next_look(with_emma):
    remove(with_emma)

    assert "You took out" not in with_emma.get("/basket/").text


def test_the_offer_is_gone_after_the_next_change(with_emma, emma):
    with_emma.post(f"/basket/add/{BookFactory().ean}/")
    staying = CartItem.objects.exclude(book=emma).get()
    with_emma.post(f"/basket/items/{CartItem.objects.get(book=emma).pk}/remove/", follow=True)

    page = with_emma.post(f"/basket/items/{staying.pk}/", {"quantity": 2}, follow=True)

    assert "You took out" not in page.text


def test_looks_of_nobody_keep_the_offer(with_emma):
    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/remove/")

    with_emma.head("/basket/")
    with_emma.get("/basket/", headers={"Sec-Purpose": "prefetch"})

    assert "You took out" in with_emma.get("/basket/").text


def test_a_saved_line_is_saved_again(with_emma):
    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/save/")

    undo(with_emma, remove(with_emma))

    assert CartItem.objects.get().is_saved


@pytest.mark.parametrize("state", ["sold out", "withdrawn", "without price"])
def test_what_cannot_be_bought_is_put_back_all_the_same(with_emma, emma, state):
    if state == "sold out":
        receive(emma, -3)
    elif state == "withdrawn":
        Book.objects.update(withdrawn_at=timezone.now())
    else:
        Book.objects.update(price=None)
    with_emma.get("/basket/")

    page = undo(with_emma, remove(with_emma))

    assert CartItem.objects.get().quantity == 2
    assert page.context["basket"].news == []


def test_a_price_that_changed_meanwhile_is_told(with_emma):
    removed = remove(with_emma)
    Book.objects.update(price=Decimal("9.00"))

    assert "“Emma” now costs £9.00, it was £8.50." in undo(with_emma, removed).text


def test_the_button_pressed_twice_puts_back_one_line(with_emma):
    removed = remove(with_emma)

    undo(with_emma, removed)
    undo(with_emma, removed)

    assert CartItem.objects.get().quantity == 2


@pytest.mark.parametrize("sent", [{}, {"line": "something"}])
def test_what_was_never_offered_is_refused_in_words(with_emma, sent):
    page = with_emma.post("/basket/undo/", sent, follow=True)

    assert messages(page) == ["That can no longer be undone."]
    assert CartItem.objects.get().quantity == 2


def test_a_book_that_is_gone_for_good_is_refused_in_words(client, db):
    line = CartItem(book_id=987654321, quantity=1, price_seen=Decimal("8.50"))

    page = client.post("/basket/undo/", {"line": pack(line)}, follow=True)

    assert messages(page) == ["That can no longer be undone."]


def test_an_offer_that_is_a_day_old_stands_no_longer(with_emma, monkeypatch):
    removed = remove(with_emma)
    monkeypatch.setattr("shop.undo.OFFER_STANDS", timedelta(seconds=-1))

    assert messages(undo(with_emma, removed)) == ["That can no longer be undone."]
