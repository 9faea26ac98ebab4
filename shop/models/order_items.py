"""The lines of orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Book
from catalog.money import format_money, format_percent
from catalog.tax_classes import GOODS, GOODS_CHOICES, TaxClass
from shop.querysets import OrderItemQuerySet
from waitlist.models import PreBooking

from .carts import MOST_COPIES
from .orders import Order, rate_field, sum_field


class OrderItem(models.Model):
    """A line of an order: title, number and price as they were sold."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    book = models.ForeignKey(Book, models.PROTECT, related_name="order_items")
    title = models.CharField(_("title"), max_length=500)
    ean = models.CharField(_("ISBN"), max_length=13)
    unit_price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    quantity = models.PositiveSmallIntegerField(_("copies"))
    # Of the whole line, as the tax is; the tax is within what the discount leaves.
    discount = sum_field(_("discount"))
    tax_class = models.CharField(
        _("taxed as"),
        max_length=10,
        choices=GOODS_CHOICES,
        default=TaxClass.BOOK,
        db_default=TaxClass.BOOK,
    )
    tax_rate = rate_field(_("tax in per cent"))
    tax = sum_field(_("tax"))
    # The day of sale that it waited for when it was ordered; empty if it could be posted at once.
    posted_on = models.DateField(_("not posted before"), null=True, blank=True)
    # The place on a waiting list that its copy was held for.
    pre_booking = models.ForeignKey(
        PreBooking,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("held for the place"),
    )

    sent_at = models.DateTimeField(_("posted at"), null=True, blank=True)

    objects = OrderItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        indexes = [
            # Copies that are ordered and still in the house.
            models.Index(
                fields=["book"], condition=Q(sent_at__isnull=True), name="shop_orderitem_unsent"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "book"], name="shop_orderitem_once_per_book"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_COPIES),
                name="shop_orderitem_quantity_1_to_99",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gt=0), name="shop_orderitem_price_positive"
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("unit_price") * F("quantity")),
                name="shop_orderitem_discount_within_price",
            ),
            models.CheckConstraint(
                condition=Q(tax__gte=0, tax__lte=F("unit_price") * F("quantity") - F("discount")),
                name="shop_orderitem_tax_within_paid",
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lt=100),
                name="shop_orderitem_tax_rate_from_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(tax_class__in=GOODS), name="shop_orderitem_tax_class_of_goods"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def copies_left(self) -> int:
        """Copies that are still the shopper’s. Needs OrderItemQuerySet.with_refunds().

        Neither paid back nor on sale again: those are not, even if their refund failed.
        """
        back: int = max(self.refunded, self.restocked)  # type: ignore[attr-defined]
        return self.quantity - back

    @property
    def is_to_send(self) -> bool:
        """Whether copies of it are still to leave. Needs OrderItemQuerySet.with_refunds()."""
        return self.sent_at is None and self.copies_left > 0

    def waits_on(self, day: date) -> bool:
        """Whether its day of sale is still to come."""
        return self.posted_on is not None and self.posted_on > day

    @property
    def gross(self) -> Decimal:
        """What the copies cost, before any discount."""
        return self.unit_price * self.quantity

    @property
    def gross_text(self) -> str:
        return format_money(self.gross)

    @property
    def total(self) -> Decimal:
        """What the line costs, less its discount."""
        return self.gross - self.discount

    @property
    def discount_text(self) -> str:
        return format_money(-self.discount)

    @property
    def tax_rate_text(self) -> str:
        return format_percent(self.tax_rate)

    @property
    def total_text(self) -> str:
        return format_money(self.total)

    @property
    def unit_price_text(self) -> str:
        return format_money(self.unit_price)
