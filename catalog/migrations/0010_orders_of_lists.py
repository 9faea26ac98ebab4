"""Indexes for the orders of lists that hold all that a page of keys asks for."""

import datetime
from decimal import Decimal

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_levenshtein"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="book",
            name="catalog_book_by_title",
        ),
        migrations.RemoveIndex(
            model_name="book",
            name="catalog_book_by_sales",
        ),
        migrations.RemoveIndex(
            model_name="book",
            name="catalog_book_by_rating",
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["sort_title", "id"],
                name="catalog_book_by_title",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "price",
                    models.Value(
                        Decimal("99999999.99"), models.DecimalField(decimal_places=2, max_digits=10)
                    ),
                ),
                models.F("id"),
                condition=models.Q(("withdrawn_at__isnull", True)),
                include=("price",),
                name="catalog_book_by_price",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        "price",
                        models.Value(
                            Decimal("0.00"), models.DecimalField(decimal_places=2, max_digits=10)
                        ),
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("withdrawn_at__isnull", True)),
                include=("price",),
                name="catalog_book_by_price_down",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        "published_on", models.Value(datetime.date(1, 1, 1), models.DateField())
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("withdrawn_at__isnull", True)),
                include=("published_on",),
                name="catalog_book_by_date",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["-bestseller_rank", "-id"],
                name="catalog_book_by_sales",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["-rating_rank", "-id"],
                name="catalog_book_by_rating",
            ),
        ),
    ]
