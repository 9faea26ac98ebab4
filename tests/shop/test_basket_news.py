"""What has changed since the shopper last looked into their basket, said once."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Book
from shop import cart
from shop.models import CartItem
from tests.factories import BookFactory, receive

from .conftest import fill, payment_form


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("7.99"))


@pytest.fixture
def with_emma(client, emma):
    client.post(f"/basket/add/{emma.ean}/", {"quantity": 2})
    client.get("/basket/")
    return client


def news(client) -> list[str]:
    return client.get("/basket/").context["basket"].news


def reprice(book: Book, price: str) -> None:
    Book.objects.filter(pk=book.pk).update(price=Decimal(price))


@pytest.mark.parametrize("price", ["8.50", "6.50"])
def test_a_price_that_changed_is_told_above_and_at_the_line(with_emma, emma, price):
    reprice(emma, price)

    page = with_emma.get("/basket/").text

    assert "Since you last looked:" in page
    assert f"<li>“Emma” now costs £{price}, it was £7.99.</li>" in page
    assert f"Now £{price}, it was £7.99." in page


def test_news_are_told_once(with_emma, emma):
    reprice(emma, "8.50")
    with_emma.get("/basket/")

    again = with_emma.get("/basket/").text

    assert "Since you last looked" not in again
    assert "it was £7.99" not in again


def test_a_basket_without_news_has_no_notice(with_emma):
    assert "Since you last looked" not in with_emma.get("/basket/").text


@pytest.mark.parametrize(
    ("sold", "words"),
    [(2, "Only 1 left, and you chose 2."), (3, "This cannot be bought now: please take it out.")],
)
def test_what_is_missing_is_told_at_the_line_alone_and_nothing_is_changed(
    with_emma, emma, sold, words
):
    receive(emma, -sold)

    page = with_emma.get("/basket/")

    assert f'<span class="err">{words}</span>' in page.text
    assert page.context["basket"].news == []
    assert CartItem.objects.get().quantity == 2


def test_what_can_be_bought_again_is_told(with_emma, emma):
    receive(emma, -3)
    news(with_emma)
    receive(emma, 2)
    back = news(with_emma)

    assert back == ["All 2 copies of “Emma” can be bought again."]


def test_the_price_of_what_cannot_be_bought_is_told_when_it_can_again(with_emma, emma):
    CartItem.objects.update(quantity=1)
    receive(emma, -3)
    reprice(emma, "8.50")
    news(with_emma)
    receive(emma, 3)
    back = news(with_emma)

    assert back == [
        "“Emma” can be bought again.",
        "“Emma” now costs £8.50, it was £7.99.",
    ]


def test_news_of_saved_lines_are_told_too(with_emma, emma):
    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/save/")
    reprice(emma, "8.50")

    assert news(with_emma) == ["“Emma” now costs £8.50, it was £7.99."]


def test_that_a_saved_book_can_no_longer_be_bought_is_told(with_emma, emma):
    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/save/")
    receive(emma, -3)

    assert news(with_emma) == ["“Emma” can no longer be bought."]


@pytest.mark.parametrize("change", [{"quantity": 1}, {"quantity": 3}])
def test_a_change_of_copies_hides_no_change_of_price(with_emma, emma, change):
    reprice(emma, "8.50")

    page = with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/", change, follow=True)

    assert "“Emma” now costs £8.50, it was £7.99." in page.text


def test_what_the_shopper_mends_is_no_news_afterwards(with_emma, emma):
    receive(emma, -2)
    news(with_emma)

    with_emma.post(f"/basket/items/{CartItem.objects.get().pk}/", {"quantity": 1})

    assert news(with_emma) == []


@pytest.mark.parametrize("unseen", ["head", "prefetch", "the checkout"])
def test_what_no_person_looked_at_in_the_basket_is_still_news(with_emma, emma, unseen):
    reprice(emma, "8.50")

    if unseen == "head":
        with_emma.head("/basket/")
    elif unseen == "prefetch":
        with_emma.get("/basket/", headers={"Sec-Purpose": "prefetch;prerender"})
    else:
        with_emma.get("/checkout/")

    assert news(with_emma) == ["“Emma” now costs £8.50, it was £7.99."]


def test_having_read_the_news_agrees_to_no_order_at_another_price(with_emma, emma):
    form = payment_form(with_emma)
    reprice(emma, "8.50")
    news(with_emma)

    refused = with_emma.post("/checkout/payment/", form)

    assert refused.status_code == 422
    assert "a price has changed" in refused.text


def test_a_line_that_changed_while_it_was_read_keeps_its_news(guest, emma):
    fill(guest, emma, quantity=3)
    receive(emma, -2)
    read = cart.basket_of(guest)
    line = read.lines[0]
    cart.set_quantity(shopper=guest, item_id=line.pk, quantity=1, now=timezone.now())

    cart._note_as_seen(guest, read)

    assert line.has_news
    assert CartItem.objects.get().missing_seen == 0


def writes(client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/basket/")
    return sum(query["sql"].startswith("UPDATE") for query in queries)


def test_looking_writes_once_for_all_news_and_never_without(client, delivery):
    for book in BookFactory.create_batch(5):
        client.post(f"/basket/add/{book.ean}/")
    client.get("/basket/")
    Book.objects.update(price=Decimal("8.50"))

    assert (writes(client), writes(client)) == (1, 0)
    assert set(CartItem.objects.values_list("price_seen", flat=True)) == {Decimal("8.50")}
