"""Books that members would like to have, on lists with names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Book
from catalog.money import format_money

LONGEST_NAME = 60


class WishlistQuerySet(models.QuerySet[Any]):
    def for_choice(self) -> WishlistQuerySet:
        """As they are offered: the default one first, then by name, with `books`, a count."""
        books = models.Count("items")
        return self.annotate(books=books).order_by("-is_default", Lower("name"), "pk")

    def shared_as(self, key: UUID) -> WishlistQuerySet:
        """The list that this link leads to, while it does."""
        return self.filter(key=key)


class Wishlist(models.Model):
    """A list of a member. `waitlist.wishlists` writes it.

    The first one is the default and stays. Whoever has the link with `key` may look at a list that
    has one; a link that was given up never leads anywhere again.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="wishlists",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    is_default = models.BooleanField(_("default"), default=False)
    key = models.UUIDField(_("key of the link"), null=True, blank=True, unique=True)
    # Whose list it is, in words that its owner chose for those who have the link.
    shown_name = models.CharField(_("name that is shown"), max_length=LONGEST_NAME, blank=True)
    created_at = models.DateTimeField(_("made at"))

    objects = WishlistQuerySet.as_manager()

    class Meta:
        verbose_name = _("wishlist")
        verbose_name_plural = _("wishlists")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(is_default=True),
                name="waitlist_wishlist_one_default",
            ),
            models.UniqueConstraint(
                F("user"), Lower("name"), name="waitlist_wishlist_name_once_per_user"
            ),
            models.CheckConstraint(
                condition=~Q(name__regex=r"^\s*$"), name="waitlist_wishlist_name_not_blank"
            ),
            models.CheckConstraint(
                condition=Q(key__isnull=False) | Q(shown_name=""),
                name="waitlist_wishlist_name_shown_with_a_link",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where its owner sees it."""
        if self.is_default:
            return reverse("waitlist:wishlist_default")
        return reverse("waitlist:wishlist_detail", args=[self.pk])

    def is_of(self, reader: Any) -> bool:
        """Whether it belongs to `reader`, who may be a stranger."""
        return bool(reader.is_authenticated and reader.pk == self.user_id)

    @property
    def is_shared(self) -> bool:
        return self.key is not None

    @property
    def shared_path(self) -> str:
        """Where everybody who has the link sees it; "" while it is private."""
        return reverse("waitlist:wishlist_shared", args=[self.key]) if self.key else ""


class WishlistItemQuerySet(models.QuerySet[Any]):
    def with_books(self) -> WishlistItemQuerySet:
        """What the pages of a list read, newest first, in one query."""
        books = self.select_related("book").defer("book__search", "book__search_text")
        return books.order_by("-added_at", "-pk")

    def of(self, user: Any) -> WishlistItemQuerySet:
        return self.filter(wishlist__user=user)

    def to_buy(self, today: date) -> WishlistItemQuerySet:
        """Those whose book can be bought."""
        return self.filter(book__in=Book.objects.can_be_bought(today))


class WishlistItem(models.Model):
    """A book on a list. Prices are those of the book, None where it had none."""

    wishlist = models.ForeignKey(Wishlist, models.CASCADE, db_index=False, related_name="items")
    book = models.ForeignKey(Book, models.CASCADE, related_name="wishlist_items")
    added_at = models.DateTimeField(_("added at"))
    price_added = models.DecimalField(
        _("price when added"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    # What the owner was told last, at first by the page on which they added it.
    price_told = models.DecimalField(
        _("price told last"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    in_stock_told = models.BooleanField(_("told to be in stock"))
    # A giver buys it. Its owner must never learn of that. Whose the token is: see gifts.py.
    taken_at = models.DateTimeField(_("taken by a giver at"), null=True, blank=True)
    taken_by = models.UUIDField(_("token of the giver"), null=True, blank=True)

    objects = WishlistItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("book on a wishlist")
        verbose_name_plural = _("books on wishlists")
        constraints = [
            models.UniqueConstraint(
                fields=["wishlist", "book"], name="waitlist_wishlistitem_once_per_list"
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="waitlist_wishlistitem_taken_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["wishlist", "-added_at", "-id"], name="waitlist_wishlistitem_newest"
            )
        ]

    def __str__(self) -> str:
        return str(self.book)

    @property
    def is_taken(self) -> bool:
        return self.taken_at is not None

    @property
    def price_lost_text(self) -> str:
        """The price when the book was added, of one that has none any more."""
        has_a_price = self.book.price is not None and not self.book.is_withdrawn
        return "" if has_a_price or self.price_added is None else format_money(self.price_added)

    @property
    def price_words(self) -> str:
        """What has become of the price since the book was added; "" if nothing, or nobody knows."""
        if self.price_added is None or self.book.price is None:
            return ""
        rise: Decimal = self.book.price - self.price_added
        if not rise:
            return ""
        less, more = (
            gettext("%(sum)s less than when you saved it"),
            gettext("%(sum)s more than when you saved it"),
        )
        return (less if rise < 0 else more) % {"sum": format_money(abs(rise))}

    @property
    def is_cheaper(self) -> bool:
        if self.price_added is None or self.book.price is None:
            return False
        return self.book.price < self.price_added
