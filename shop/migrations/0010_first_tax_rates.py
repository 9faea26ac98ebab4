"""A new shop knows the rates of some countries; staff change these rows in the admin."""

from datetime import date
from decimal import Decimal

from django.db import migrations

START = date(2021, 1, 1)
# Ireland went back to its standard rate, from a lower one for the pandemic, two months later.
FIRST_RATES = [
    ("GB", "book", "0", START),
    ("GB", "ebook", "0", START),
    ("GB", "audio", "20", START),
    ("GB", "other", "20", START),
    ("IE", "book", "0", START),
    ("IE", "other", "23", date(2021, 3, 1)),
    ("DE", "book", "7", START),
    ("DE", "ebook", "7", START),
    ("DE", "other", "19", START),
    ("FR", "book", "5.5", START),
    ("FR", "ebook", "5.5", START),
    ("FR", "other", "20", START),
]


def add_rates(apps, schema_editor):
    rates = apps.get_model("shop", "TaxRate").objects
    for country, tax_class, rate, valid_from in FIRST_RATES:
        rates.create(
            country=country, tax_class=tax_class, rate=Decimal(rate), valid_from=valid_from
        )


def take_rates_away(apps, schema_editor):
    """What staff changed or added stays."""
    rates = apps.get_model("shop", "TaxRate").objects
    for country, tax_class, rate, valid_from in FIRST_RATES:
        rates.filter(
            country=country, tax_class=tax_class, rate=Decimal(rate), valid_from=valid_from
        ).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0009_tax_rates")]

    operations = [migrations.RunPython(add_rates, take_rates_away)]
