"""How parcels reach people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from catalog.money import format_money
from shop.goods import Goods
from shop.querysets import DeliveryMethodQuerySet


class DeliveryMethod(models.Model):
    """A way in which books reach people, and what it costs."""

    class Kind(models.TextChoices):
        POST = "post", _("by post")
        COLLECT = "collect", _("collect in the shop")

    class PriceBy(models.TextChoices):
        FLAT = "flat", _("one price")
        WEIGHT = "weight", _("by weight")
        TOTAL = "total", _("by the sum of the books")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.POST)
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=300, blank=True)
    price = models.DecimalField(
        _("price"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    price_by = models.CharField(
        _("price goes"),
        max_length=10,
        choices=PriceBy,
        default=PriceBy.FLAT,
        help_text=_("By weight or by sum: the steps below count, and under the first the price."),
    )
    free_from = models.DecimalField(
        _("free from"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_(
            "Books for this sum or more, after any discount, are delivered free. Empty: never."
        ),
    )
    countries: Any = CountryField(
        _("countries"),
        multiple=True,
        max_length=1000,
        blank=True,
        help_text=_("None: everywhere. Collecting is offered to everybody, wherever they live."),
    )
    offered_from = models.DateField(_("offered from"), null=True, blank=True)
    offered_until = models.DateField(_("offered until"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(offered_from__isnull=True)
                | Q(offered_until__isnull=True)
                | Q(offered_until__gte=F("offered_from")),
                name="shop_deliverymethod_dates_in_order",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_collected(self) -> bool:
        return self.kind == self.Kind.COLLECT

    def is_offered_on(self, day: date) -> bool:
        """Whether staff offer it on that day."""
        has_begun = self.offered_from is None or self.offered_from <= day
        return (
            self.is_active and has_begun and not (self.offered_until and self.offered_until < day)
        )

    def is_offered_to(self, country: str, day: date) -> bool:
        """Whether somebody in `country` may choose it. What is collected goes nowhere, so anybody may."""
        goes_there = not self.countries or any(each.code == country for each in self.countries)
        return self.is_offered_on(day) and (self.is_collected or goes_there)

    def destination(self, country: str) -> str:
        """Where what goes to somebody in `country` is handed over, which decides its tax."""
        return str(settings.SHOP["country"]) if self.is_collected else country

    def price_for(self, goods: Goods) -> Decimal:
        """What delivering these books costs. The free sum goes by what is paid for them."""
        if self.free_from is not None and goods.total >= self.free_from:
            return Decimal("0.00")
        if self.price_by == self.PriceBy.FLAT:
            return self.price
        measure = goods.total if self.price_by == self.PriceBy.TOTAL else Decimal(goods.weight_g)
        reached = [band for band in self.bands.all() if band.at_least <= measure]
        return max(reached, key=lambda band: band.at_least).price if reached else self.price

    @property
    def price_text(self) -> str:
        if self.price_by == self.PriceBy.FLAT:
            return format_money(self.price) if self.price else str(_("Free"))
        lowest = min([self.price, *(band.price for band in self.bands.all())])
        return _("From %(price)s") % {"price": format_money(lowest)}

    def as_choice(self, goods: Goods, *, chosen: str) -> dict[str, object]:
        """What the checkout page shows of it for these books."""
        price = self.price_for(goods)
        return {
            "pk": self.pk,
            "name": self.name,
            "description": self.description,
            "price_text": format_money(price) if price else str(_("Free")),
            "total_text": format_money(goods.total + price),
            "is_chosen": str(self.pk) == chosen,
        }

    @property
    def free_from_text(self) -> str:
        return "" if self.free_from is None else format_money(self.free_from)


class DeliveryBand(models.Model):
    """A step of a price: from so many grams, or from so large a sum of books, on."""

    method = models.ForeignKey(
        DeliveryMethod,
        models.CASCADE,
        related_name="bands",
        db_index=False,
        verbose_name=_("delivery method"),
    )
    at_least = models.DecimalField(
        pgettext_lazy("least", "from"),
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text=_("Grams, or the sum of the books after any discount."),
    )
    price = models.DecimalField(
        _("price"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("step of the price")
        verbose_name_plural = _("steps of the price")
        constraints = [
            # Its index also finds the bands of a method.
            models.UniqueConstraint(
                fields=["method", "at_least"], name="shop_deliveryband_one_a_step"
            ),
            models.CheckConstraint(
                condition=Q(at_least__gte=0, price__gte=0), name="shop_deliveryband_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at_least}: {self.price}"
