"""Baskets."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Book
from catalog.money import format_money
from shop.querysets import CartItemQuerySet, CartQuerySet
from waitlist.models import PreBooking

from .vouchers import Voucher

MOST_COPIES = 99


class Cart(models.Model):
    """A basket: of a user, or of a visitor whose session holds its token."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="cart"
    )
    token = models.UUIDField(null=True, blank=True, unique=True)
    # A visitor who signed in: their orders that fail give their lines back to this basket.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    voucher = models.ForeignKey(
        Voucher,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="carts",
        verbose_name=_("voucher"),
    )
    updated_at = models.DateTimeField()

    objects = CartQuerySet.as_manager()

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(token__isnull=True),
                name="shop_cart_of_a_user_or_a_visitor",
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.token)


class CartItem(models.Model):
    cart = models.ForeignKey(Cart, models.CASCADE, related_name="items")
    book = models.ForeignKey(Book, models.CASCADE, related_name="cart_items")
    quantity = models.PositiveSmallIntegerField(_("copies"))
    # What the shopper saw at their last look: the price, and how many of the copies could not be
    # had. A book that cannot be bought keeps its last price, which it is compared with later.
    price_seen = models.DecimalField(_("price seen"), max_digits=10, decimal_places=2)
    missing_seen = models.PositiveSmallIntegerField(
        _("copies missing when seen"), default=0, db_default=0
    )
    # A line that waits outside the basket, and is neither counted nor ordered.
    saved_at = models.DateTimeField(_("saved for later at"), null=True, blank=True)
    # The place on a waiting list whose copy was put here. The copy is bound to the place alone: two
    # baskets may have it, and the first order gets it.
    held = models.ForeignKey(
        PreBooking,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("held for the place"),
    )

    # What shop.held.as_seen() found out: whether the copy is held at that time, and what the book
    # costs everybody else.
    is_held = False
    price_of_others: Decimal | None = None

    objects = CartItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        constraints = [
            models.UniqueConstraint(fields=["cart", "book"], name="shop_cartitem_once_per_book"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_COPIES),
                name="shop_cartitem_quantity_1_to_99",
            ),
            models.CheckConstraint(
                condition=Q(missing_seen__lte=F("quantity")),
                name="shop_cartitem_no_more_missing_than_chosen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.book}"

    @property
    def is_saved(self) -> bool:
        return self.saved_at is not None

    @property
    def copies_in_basket(self) -> int:
        return 0 if self.is_saved else self.quantity

    @property
    def copies_to_be_had(self) -> int:
        """How many of the copies can be bought now."""
        return min(self.quantity, self.book.stock) if self.book.availability.can_buy else 0

    @property
    def missing(self) -> int:
        return self.quantity - self.copies_to_be_had

    @property
    def can_buy(self) -> bool:
        return not self.missing

    @property
    def is_short(self) -> bool:
        """Whether the book can be had, but not in this many copies."""
        return 0 < self.copies_to_be_had < self.quantity

    @property
    def says_what_is_missing(self) -> bool:
        """Whether shop/_basket_book.html says in red what is the matter with it."""
        return self.is_short or (not self.is_saved and not self.can_buy)

    @property
    def is_hold_over(self) -> bool:
        """Whether a copy was held for it once, and is no longer. Needs shop.held.as_seen()."""
        return self.held_id is not None and not self.is_held

    @property
    def is_cheaper(self) -> bool:
        """Whether the held copy costs less than others do today."""
        return self.price_of_others is not None and self.price_of_others != self.book.price

    @property
    def price_of_others_text(self) -> str:
        return "" if self.price_of_others is None else format_money(self.price_of_others)

    @property
    def held_until_text(self) -> str:
        """Saturday 28 November, 10:42 GMT"""
        if self.held is None or self.held.hold_until is None:
            return ""
        return formats.date_format(timezone.localtime(self.held.hold_until), "NEAR_DEADLINE_FORMAT")

    @property
    def is_price_changed(self) -> bool:
        """Whether the price differs from the one seen last, and matters: the book can be bought."""
        return self.copies_to_be_had > 0 and self.book.price != self.price_seen

    @property
    def has_news(self) -> bool:
        is_different = self.is_price_changed or self.missing != self.missing_seen
        return is_different or self.is_hold_over

    @property
    def price_seen_text(self) -> str:
        return format_money(self.price_seen)

    @property
    def total(self) -> Decimal:
        return (self.book.price or Decimal(0)) * self.quantity

    @property
    def total_text(self) -> str:
        return format_money(self.total)
