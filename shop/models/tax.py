"""Rates of tax, which staff keep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from catalog.tax_classes import TaxClass

HIGHEST_RATE = Decimal("99.99")


class TaxRate(models.Model):
    """What a country takes of a class of goods from a day on, until a newer rate of it begins."""

    country: Any = CountryField(_("country"))
    tax_class = models.CharField(_("class"), max_length=10, choices=TaxClass)
    rate = models.DecimalField(
        _("rate in per cent"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(HIGHEST_RATE)],
    )
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "tax_class", "valid_from"], name="shop_taxrate_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lt=100), name="shop_taxrate_from_0_to_100"
            ),
            models.CheckConstraint(
                condition=Q(tax_class__in=TaxClass.values), name="shop_taxrate_known_class"
            ),
            # Asked of the text: `country__regex` would look into the names of countries.
            models.CheckConstraint(
                condition=Regex(Cast("country", models.TextField()), r"^[A-Z]{2}$"),
                name="shop_taxrate_country_2_letters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country.code} {self.get_tax_class_display()} {self.rate} %"
