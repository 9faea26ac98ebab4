from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Book
from tests.factories import BookFactory
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem


@pytest.fixture
def emma(db) -> Book:
    return BookFactory(title="Emma", price=Decimal("8.50"), stock=3)


@pytest.fixture
def birthday(shopper) -> Wishlist:
    return wishlists.make_list(user=shopper, name="Birthday", now=timezone.now())


@pytest.fixture
def shared(shopper, emma, birthday) -> Wishlist:
    save(shopper, emma, birthday)
    return wishlists.share(wishlist=birthday, shown_name="")


def save(user, book: Book, wishlist: Wishlist | None = None) -> WishlistItem:
    return wishlists.save(user=user, book=book, wishlist=wishlist, now=timezone.now())


def on(user) -> list[tuple[str, str]]:
    """List and title of everything that somebody has saved."""
    items = WishlistItem.objects.of(user).order_by("pk")
    return list(items.values_list("wishlist__name", "book__title"))


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def act(client: Client, wishlist: Wishlist, verb: str):
    """Say of the first book on the list that one gives it, or not."""
    item = wishlist.items.earliest("pk")
    return client.post(f"{wishlist.shared_path}{item.pk}/{verb}/", follow=True)
