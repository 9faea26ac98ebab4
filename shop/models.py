"""Baskets and orders."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from catalog.models import Book
from catalog.money import format_money

from .querysets import CartQuerySet, DeliveryMethodQuerySet, OrderQuerySet

MOST_COPIES = 99
# Letters and digits that nobody takes for one another when reading aloud: no 0/O, no 1/I.
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
NUMBER_LENGTH = 8
GUEST_LINK_SALT = "shop.order.guest"
GUEST_LINK_SECONDS = 60 * 60 * 24 * 90


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
    # What the book cost when the shopper last changed the line.
    price_seen = models.DecimalField(_("price seen"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        constraints = [
            models.UniqueConstraint(fields=["cart", "book"], name="shop_cartitem_once_per_book"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_COPIES),
                name="shop_cartitem_quantity_1_to_99",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.book}"

    @property
    def can_buy(self) -> bool:
        return self.book.availability.can_buy and self.quantity <= self.book.stock

    @property
    def is_short(self) -> bool:
        """Whether the book can be had, but not in this many copies."""
        return self.book.availability.can_buy and self.quantity > self.book.stock

    @property
    def price_changed(self) -> bool:
        return self.book.price is not None and self.book.price != self.price_seen

    @property
    def price_seen_text(self) -> str:
        return format_money(self.price_seen)

    @property
    def total(self) -> Decimal:
        return (self.book.price or Decimal(0)) * self.quantity

    @property
    def total_text(self) -> str:
        return format_money(self.total)


class DeliveryMethod(models.Model):
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=300, blank=True)
    price = models.DecimalField(
        _("price"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    free_from = models.DecimalField(
        _("free from"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Books for this sum or more are delivered free. Empty: never."),
    )
    days_from = models.PositiveSmallIntegerField(
        _("working days, at the least"),
        null=True,
        blank=True,
        help_text=_("From the order to the door. Empty: no day is named."),
    )
    days_to = models.PositiveSmallIntegerField(
        _("working days, at the most"), null=True, blank=True
    )
    cutoff_hour = models.PositiveSmallIntegerField(
        _("cut-off hour"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("An order from this hour on counts from the next working day. 24: never."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    objects = DeliveryMethodQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0), name="shop_deliverymethod_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(days_from__isnull=True, days_to__isnull=True)
                | Q(days_from__isnull=False, days_to__isnull=False, days_to__gte=F("days_from")),
                name="shop_deliverymethod_days_in_order",
                violation_error_message=_("Name both numbers of days, the smaller one first."),
            ),
            models.CheckConstraint(
                condition=Q(cutoff_hour__gte=1, cutoff_hour__lte=24),
                name="shop_deliverymethod_cutoff_in_the_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def price_for(self, items_total: Decimal) -> Decimal:
        """What delivering books for `items_total` costs."""
        is_free = self.free_from is not None and items_total >= self.free_from
        return Decimal("0.00") if is_free else self.price

    @property
    def price_text(self) -> str:
        return format_money(self.price) if self.price else str(_("Free"))

    def as_choice(self, items_total: Decimal, *, chosen: str) -> dict[str, object]:
        """What the checkout page shows of it for books worth `items_total`."""
        price = self.price_for(items_total)
        return {
            "pk": self.pk,
            "name": self.name,
            "description": self.description,
            "price_text": format_money(price) if price else str(_("Free")),
            "total_text": format_money(items_total + price),
            "is_chosen": str(self.pk) == chosen,
        }

    @property
    def free_from_text(self) -> str:
        return "" if self.free_from is None else format_money(self.free_from)


def new_order_number() -> str:
    return get_random_string(NUMBER_LENGTH, NUMBER_ALPHABET)


class Order(models.Model):
    """What was ordered, as it was when it was placed."""

    class Status(models.TextChoices):
        """Where the money is."""

        PENDING = "pending", _("Waiting for payment")
        CONFIRMED = "confirmed", _("Paid")
        PAYMENT_FAILED = "payment_failed", _("Not paid")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=12, unique=True, default=new_order_number)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("user"),
    )
    # Where the lines go back to when the payment fails.
    cart = models.ForeignKey(
        Cart, models.SET_NULL, null=True, blank=True, related_name="orders", editable=False
    )
    # Names one filled-in form: sending it twice finds the first order again.
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    placed_at = models.DateTimeField(_("placed at"))
    pay_by = models.DateTimeField(_("to be paid by"))
    closed_at = models.DateTimeField(_("paid or given up at"), null=True, blank=True)

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150)
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("flat or building"), max_length=200, blank=True)
    city = models.CharField(_("town or city"), max_length=100)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country: Any = CountryField(_("country"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    currency = models.CharField(_("currency"), max_length=3)
    delivery_name = models.CharField(_("delivery"), max_length=100)
    items_total = models.DecimalField(_("books"), max_digits=12, decimal_places=2)
    delivery_total = models.DecimalField(_("delivery price"), max_digits=8, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("items_total") + F("delivery_total")),
                name="shop_order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(items_total__gte=0, delivery_total__gte=0),
                name="shop_order_totals_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status="pending") ^ Q(closed_at__isnull=False),
                name="shop_order_closed_unless_pending",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="shop_order_by_user"),
            models.Index(
                fields=["pay_by"], condition=Q(status="pending"), name="shop_order_pending_by_time"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("shop:order_detail", args=[self.number])

    @property
    def guest_url(self) -> str:
        """An address, without the host, that shows this order to whoever has it, for 90 days."""
        return reverse("shop:order_open", args=[signing.dumps(self.number, salt=GUEST_LINK_SALT)])

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_confirmed(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def is_payment_failed(self) -> bool:
        return self.status == self.Status.PAYMENT_FAILED

    @cached_property
    def address_lines(self) -> list[str]:
        lines = [
            self.name,
            self.line1,
            self.line2,
            f"{self.city} {self.postcode}",
            str(self.country.name),
        ]
        return [line.strip() for line in lines if line.strip()]

    @property
    def items_total_text(self) -> str:
        return format_money(self.items_total)

    @property
    def delivery_total_text(self) -> str:
        return format_money(self.delivery_total) if self.delivery_total else str(_("Free"))

    @property
    def total_text(self) -> str:
        return format_money(self.total)


class OrderItem(models.Model):
    """A line of an order: title, number and price as they were sold."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    book = models.ForeignKey(Book, models.PROTECT, related_name="order_items")
    title = models.CharField(_("title"), max_length=500)
    ean = models.CharField(_("EAN"), max_length=13)
    unit_price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    quantity = models.PositiveSmallIntegerField(_("copies"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "book"], name="shop_orderitem_once_per_book"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_COPIES),
                name="shop_orderitem_quantity_1_to_99",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gt=0), name="shop_orderitem_price_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def total_text(self) -> str:
        return format_money(self.unit_price * self.quantity)

    @property
    def unit_price_text(self) -> str:
        return format_money(self.unit_price)
