"""Rates of tax as data."""

from decimal import Decimal

import django.core.validators
import django_countries.fields
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Cast
from django.db.models.lookups import Regex

CLASSES = [
    ("book", "printed book"),
    ("ebook", "e-book"),
    ("audio", "audiobook"),
    ("other", "other goods"),
    ("delivery", "delivery"),
]


class Migration(migrations.Migration):
    dependencies = [("shop", "0008_what_shoppers_saw_missing")]

    operations = [
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                (
                    "tax_class",
                    models.CharField(choices=CLASSES, max_length=10, verbose_name="class"),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(Decimal("99.99")),
                        ],
                        verbose_name="rate in per cent",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
            ],
            options={
                "verbose_name": "tax rate",
                "verbose_name_plural": "tax rates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "tax_class", "valid_from"),
                        name="shop_taxrate_one_a_day",
                    ),
                    models.CheckConstraint(
                        condition=Q(rate__gte=0, rate__lt=100), name="shop_taxrate_from_0_to_100"
                    ),
                    models.CheckConstraint(
                        condition=Q(tax_class__in=["book", "ebook", "audio", "other", "delivery"]),
                        name="shop_taxrate_known_class",
                    ),
                    models.CheckConstraint(
                        condition=Regex(Cast("country", models.TextField()), "^[A-Z]{2}$"),
                        name="shop_taxrate_country_2_letters",
                    ),
                ],
            },
        ),
    ]
