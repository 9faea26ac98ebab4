"""Two tabs and double clicks, each in a thread with a database connection of its own."""

import uuid
from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shop import wished
from shop.models import CartItem
from tests.factories import BookFactory, UserFactory
from tests.threads import at_once
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = timezone.now()


def kinds(outcomes: list[object]) -> Counter:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_eight_tabs_save_a_first_book_once(shopper):
    book = BookFactory()

    outcomes = at_once([lambda: wishlists.save(user=shopper, book=book, now=timezone.now())] * 8)

    assert kinds(outcomes) == {"WishlistItem": 8}
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert Wishlist.objects.get().is_default


def test_a_book_is_saved_and_removed_over_and_over(shopper):
    book = BookFactory()
    wishlists.save(user=shopper, book=book, now=NOW)

    outcomes = at_once(
        [
            lambda: wishlists.save(user=shopper, book=book, now=timezone.now()),
            lambda: wishlists.remove(user=shopper, books=[book]),
        ]
        * 6
    )

    assert set(kinds(outcomes)) <= {"WishlistItem", "list", "BookIsGone"}
    assert WishlistItem.objects.count() <= 1


def test_the_last_place_on_a_list_is_filled_once(shopper, monkeypatch):
    monkeypatch.setattr(wishlists, "MOST_BOOKS", 2)
    books = BookFactory.create_batch(6)

    outcomes = at_once(
        [lambda book=book: wishlists.save(user=shopper, book=book, now=NOW) for book in books]
    )

    assert kinds(outcomes) == {"WishlistItem": 2, "TooManyBooks": 4}
    assert WishlistItem.objects.count() == 2


def test_a_name_is_given_once(shopper):
    outcomes = at_once([lambda: wishlists.make_list(user=shopper, name="Birthday", now=NOW)] * 6)

    assert kinds(outcomes) == {"Wishlist": 1, "NameIsTaken": 5}


def test_sharing_while_revoking_brings_no_old_link_back(shopper):
    made = wishlists.make_list(user=shopper, name="Birthday", now=NOW)
    given_up = wishlists.share(wishlist=made, shown_name="").key

    outcomes = at_once(
        [
            lambda: wishlists.share(wishlist=made, shown_name="Sam"),
            lambda: wishlists.revoke(wishlist=made),
            lambda: wishlists.share(wishlist=made, shown_name="Sam"),
        ]
    )

    assert kinds(outcomes) == {"Wishlist": 3}
    assert Wishlist.objects.get(pk=made.pk).key != given_up


def test_one_of_eight_givers_takes_a_book():
    owner = UserFactory()
    item = wishlists.save(user=owner, book=BookFactory(), now=NOW)
    shared = wishlists.share(wishlist=item.wishlist, shown_name="")

    def take() -> uuid.UUID:
        giver = uuid.uuid4()
        wishlists.take(
            key=shared.key, item_id=item.pk, giver=giver, reader=AnonymousUser(), now=NOW
        )
        return giver

    outcomes = at_once([take] * 8)

    assert kinds(outcomes) == {"UUID": 1, "AlreadyTaken": 7}
    assert WishlistItem.objects.get().taken_by in outcomes


def test_a_list_that_is_deleted_meanwhile_takes_no_book_along(shopper):
    made = wishlists.make_list(user=shopper, name="Birthday", now=NOW)
    items = [
        wishlists.save(user=shopper, book=book, now=NOW) for book in BookFactory.create_batch(4)
    ]

    outcomes = at_once(
        [
            lambda: wishlists.delete_list(wishlist=made),
            *[lambda item=item: wishlists.move(item=item, wishlist=made) for item in items],
        ]
    )

    moved = kinds(outcomes)["WishlistItem"]
    assert kinds(outcomes)["NoneType"] == 1
    assert kinds(outcomes)["ListIsGone"] == 4 - moved
    assert WishlistItem.objects.count() == 4 - moved


def test_a_double_click_puts_one_copy_into_the_basket(shopper):
    items = [
        wishlists.save(user=shopper, book=book, now=NOW) for book in BookFactory.create_batch(3)
    ]
    first, wishlist = items[0].book, items[0].wishlist

    outcomes = at_once(
        [
            *[lambda: wished.move_to_basket(user=shopper, book=first, now=timezone.now())] * 3,
            *[lambda: wished.move_all_to_basket(user=shopper, wishlist=wishlist, now=NOW)] * 3,
        ]
    )

    assert set(kinds(outcomes)) <= {"CartItem", "BookIsGone", "Moved"}
    assert sorted(CartItem.objects.values_list("quantity", flat=True)) == [1, 1, 1]
    assert not WishlistItem.objects.exists()
