from decimal import Decimal

import pytest
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


def save(user, book: Book, wishlist: Wishlist | None = None) -> WishlistItem:
    return wishlists.save(user=user, book=book, wishlist=wishlist, now=timezone.now())


def on(user) -> list[tuple[str, str]]:
    """List and title of everything that somebody has saved."""
    items = WishlistItem.objects.of(user).order_by("pk")
    return list(items.values_list("wishlist__name", "book__title"))


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]
