"""How parcels reach people."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.money import format_money
from shop.querysets import DeliveryMethodQuerySet


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
