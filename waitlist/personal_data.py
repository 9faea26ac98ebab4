"""What the shop holds about a person by what they would like to have: see accounts/person.py."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from accounts.person import Part, Person

from .models import Wishlist, WishlistItem


class WishlistsPart(Part):
    """Never what givers said: it is a surprise, and nobody can tell who they are."""

    name = "wishlists"
    title = _("Wishlists")
    on_erasure = _("Deleted, also for those who have the link of one.")
    models = (Wishlist, WishlistItem)

    def rows(self, person: Person) -> Any:
        lists = Wishlist.objects.filter(user=person.user, user__isnull=False)
        books = Prefetch("items", WishlistItem.objects.with_books())
        return lists.prefetch_related(books).order_by("pk")

    def describe(self, wishlist: Wishlist) -> dict[str, Any]:
        return {
            "name": wishlist.name,
            "is_default": wishlist.is_default,
            "made_at": wishlist.created_at,
            "is_shared_by_a_link": wishlist.is_shared,
            "name_shown_to_those_who_have_it": wishlist.shown_name,
            "books": [
                {
                    "title": item.book.title,
                    "ean": item.book.ean,
                    "added_at": item.added_at,
                    "price_then": _money(item.price_added),
                    "price_told_last": _money(item.price_told),
                    "told_to_be_in_stock": item.in_stock_told,
                }
                for item in wishlist.items.all()
            ],
        }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f} {settings.SHOP['currency']}"


PARTS = [WishlistsPart()]
