"""A member with lists of books, and somebody who has the link of one, in front of each page."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from catalog.models import Book
from tests.accounts import doors
from waitlist import wishlists
from waitlist.models import Wishlist, WishlistItem

from .account_scenes import members
from .scenes import Scene

# As long as a name may be, with nowhere to break it.
LONG = "Donaudampfschifffahrtsgesellschaftskapitaenskajuetentuer" + "xyz"


def wishes(scene: Scene, user: User) -> Wishlist:
    """Books of every kind on a list with the longest of names, one of them given by somebody."""
    now = timezone.now()
    made = wishlists.make_list(user=user, name=LONG, now=now)
    books = [scene.emma, scene.book("Lady Susan", price=None), scene.book("Sanditon", stock=0)]
    for book in (*books, gone := scene.book("The Watsons")):
        wish = wishlists.save(user=user, book=book, wishlist=made, now=now)
    Book.objects.filter(pk=scene.emma.pk).update(price=Decimal("8.00"))
    Book.objects.filter(pk=gone.pk).update(withdrawn_at=now)
    made = wishlists.share(wishlist=made, shown_name="Sam")
    given = {"giver": uuid4(), "reader": AnonymousUser(), "now": now}
    wishlists.take(key=made.key, item_id=wish.pk, **given)
    return made


def wish(scene: Scene, user: User) -> WishlistItem:
    """One of those, apart from the others."""
    wishes(scene, user)
    return wishlists.save(user=user, book=scene.book("Catharine"), now=timezone.now())


def removed(scene: Scene, user: User) -> Wishlist:
    made = wishes(scene, user)
    scene.client.post(f"/wishlist/remove/{scene.emma.ean}/")
    return made


def save_the_book(scene: Scene) -> str:
    members("", wishes)(scene)
    return f"/wishlist/add/{scene.emma.ean}/"


def shared(scene: Scene) -> str:
    """For a giver who has said what they give."""
    made = wishes(scene, doors.member(name="Sam Shopper"))
    scene.client.post(f"{made.shared_path}{made.items.earliest('pk').pk}/take/")
    return made.shared_path


def shared_and_empty(scene: Scene) -> str:
    now = timezone.now()
    made = wishlists.make_list(user=doors.member(), name="Birthday", now=now)
    return wishlists.share(wishlist=made, shown_name="").shared_path


WISHLIST_PAGES: dict[str, Callable[[Scene], str]] = {
    "no wishlist": members("/wishlist/"),
    "empty wishlist": members("/wishlist/", wishes),
    "wishlist": members("/wishlist/{pk}/", wishes),
    "wishlist with an offer to undo": members("/wishlist/{pk}/", removed),
    "save a book": save_the_book,
    "move a book": members("/wishlist/items/{pk}/move/", wish),
    "make a list": members("/wishlist/new/"),
    "make a list with errors": members("/wishlist/new/"),
    "rename a list": members("/wishlist/{pk}/rename/", wishes),
    "delete a list": members("/wishlist/{pk}/delete/", wishes),
    "share a list": members("/wishlist/{pk}/share/", wishes),
    "shared list": shared,
    "shared list without books": shared_and_empty,
}
