"""Indexes for what staff list: books that readers never see together, and people by name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0025_history"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", False)),
                fields=["-id"],
                name="catalog_book_withdrawn",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("price__isnull", True)),
                fields=["-id"],
                name="catalog_book_without_price",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("shelf", ""), _negated=True),
                fields=["shelf", "-id"],
                name="catalog_book_on_shelf",
            ),
        ),
        migrations.AddIndex(
            model_name="contributor",
            index=models.Index(fields=["sort_name", "id"], name="catalog_contributor_sorted"),
        ),
    ]
