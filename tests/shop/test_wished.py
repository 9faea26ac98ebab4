"""From a wishlist into the basket."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Book
from shop import cart, wished
from shop.cart import Shopper
from shop.models import CartItem
from tests.factories import BookFactory, UserFactory, receive
from tests.waitlist.conftest import messages, on, save
from waitlist import wishlists

from .conftest import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma():
    return BookFactory(title="Emma", stock=3, price=Decimal("8.50"))


def in_basket(user) -> list[tuple[str, int]]:
    return [(line.book.title, line.quantity) for line in cart.basket_of(Shopper(user=user)).lines]


def test_a_book_goes_from_the_list_into_the_basket(shopper_client, shopper, emma):
    save(shopper, emma)

    page = shopper_client.post(f"/basket/from-wishlist/{emma.ean}/", follow=True)

    assert page.redirect_chain == [("/wishlist/", 302)]
    assert messages(page) == ["“Emma” is in your basket."]
    assert (in_basket(shopper), on(shopper)) == ([("Emma", 1)], [])


def test_a_second_click_adds_no_second_copy(shopper_client, shopper, emma):
    save(shopper, emma)

    shopper_client.post(f"/basket/from-wishlist/{emma.ean}/")
    page = shopper_client.post(f"/basket/from-wishlist/{emma.ean}/", follow=True)

    assert messages(page)[-1] == "That book is no longer on your wishlist."
    assert in_basket(shopper) == [("Emma", 1)]


def test_it_leaves_the_one_list_that_is_named(shopper_client, shopper, emma):
    birthday = wishlists.make_list(user=shopper, name="Birthday", now=timezone.now())
    save(shopper, emma)
    save(shopper, emma, birthday)
    sent = {"list": birthday.pk, "next": f"/wishlist/{birthday.pk}/"}

    page = shopper_client.post(f"/basket/from-wishlist/{emma.ean}/", sent, follow=True)

    assert page.redirect_chain == [(f"/wishlist/{birthday.pk}/", 302)]
    assert on(shopper) == [("Wishlist", "Emma")]


@pytest.mark.parametrize("state", ["sold out", "withdrawn", "without price"])
def test_what_cannot_be_bought_stays_on_the_list(shopper_client, shopper, emma, state):
    save(shopper, emma)
    if state == "sold out":
        receive(emma, -3)
    elif state == "withdrawn":
        Book.objects.update(withdrawn_at=timezone.now())
    else:
        Book.objects.update(price=None)

    page = shopper_client.post(f"/basket/from-wishlist/{emma.ean}/", follow=True)

    assert messages(page) == ["“Emma” cannot be bought at the moment."]
    assert (in_basket(shopper), on(shopper)) == ([], [("Wishlist", "Emma")])


def test_a_copy_too_many_stays_on_the_list(shopper_client, shopper, emma):
    save(shopper, emma)
    fill(Shopper(user=shopper), emma, quantity=3)

    page = shopper_client.post(f"/basket/from-wishlist/{emma.ean}/", follow=True)

    assert messages(page) == ["Only 3 copies of “Emma” are left. You have 3 in your basket."]
    assert (in_basket(shopper), on(shopper)) == ([("Emma", 3)], [("Wishlist", "Emma")])


def test_all_that_can_be_bought_goes_and_the_rest_stays(shopper_client, shopper, emma):
    wishlist = save(shopper, emma).wishlist
    save(shopper, BookFactory(title="Persuasion", stock=0))
    save(shopper, BookFactory(title="Sanditon"))
    address = f"/basket/from-wishlist/all/{wishlist.pk}/"

    assert address in shopper_client.get("/wishlist/").text
    page = shopper_client.post(address, follow=True)

    assert messages(page) == [
        "2 books are in your basket. One book cannot be bought at the moment and stays on the list."
    ]
    assert sorted(in_basket(shopper)) == [("Emma", 1), ("Sanditon", 1)]
    assert on(shopper) == [("Wishlist", "Persuasion")]

    page = shopper_client.post(address, follow=True)
    assert messages(page) == ["One book cannot be bought at the moment and stays on the list."]
    assert sorted(in_basket(shopper)) == [("Emma", 1), ("Sanditon", 1)]


def test_of_all_that_is_put_one_is_in_the_basket_in_all_its_copies(shopper_client, shopper, emma):
    wishlist = save(shopper, emma).wishlist
    save(shopper, BookFactory(title="Sanditon"))
    fill(Shopper(user=shopper), emma, quantity=3)

    shopper_client.post(f"/basket/from-wishlist/all/{wishlist.pk}/")

    assert sorted(in_basket(shopper)) == [("Emma", 3), ("Sanditon", 1)]
    assert on(shopper) == [("Wishlist", "Emma")]


def test_an_empty_list_says_so(shopper_client, shopper):
    wishlist = wishlists.make_list(user=shopper, name="Birthday", now=timezone.now())

    page = shopper_client.post(f"/basket/from-wishlist/all/{wishlist.pk}/", follow=True)

    assert messages(page) == ["There is nothing on the list."]


def test_nobody_buys_from_the_list_of_another(client, shopper_client, shopper, emma):
    owner = UserFactory()
    theirs = save(owner, emma).wishlist

    one, every = f"/basket/from-wishlist/{emma.ean}/", f"/basket/from-wishlist/all/{theirs.pk}/"
    assert shopper_client.post(every).status_code == 404
    assert shopper_client.post(one, {"list": theirs.pk}).status_code == 404
    shopper_client.post(one)
    for address in (one, every):
        assert client.post(address).url == "/accounts/login/"
        assert client.get(address).status_code == 405

    assert on(owner) == [("Wishlist", "Emma")]
    assert not CartItem.objects.exists()


def test_a_whole_list_costs_one_query_a_book(shopper):
    costs = []
    for count in (2, 12):
        for number in range(count):
            save(shopper, BookFactory(title=f"Book {number} of {count}"))
        with CaptureQueriesContext(connection) as asked:
            moved = wished.move_all_to_basket(
                user=shopper, wishlist=wishlists.default_of(user=shopper), now=timezone.now()
            )
        assert len(moved.lines) == count
        costs.append(len(asked))

    assert costs[1] - costs[0] <= 10
