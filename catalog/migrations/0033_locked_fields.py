"""What of a book feeds leave alone.

The default lives in the catalogue of the database, so that no row is written anew.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0032_names_of_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="book",
            name="locked_fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("title", "title"),
                        ("subtitle", "subtitle"),
                        ("contributors", "contributors and byline"),
                        ("series", "series and number in it"),
                        ("publisher", "publisher"),
                        ("language", "language"),
                        ("genres", "genres"),
                        ("description", "description"),
                        ("price", "price"),
                        ("tax_class", "tax"),
                        ("dates", "dates of publication and sale"),
                        ("status", "publisher’s status"),
                        ("format", "format"),
                        ("measures", "pages, measures and weight"),
                    ],
                    max_length=20,
                ),
                blank=True,
                db_default=[],
                default=list,
                verbose_name="feeds leave alone",
            ),
        ),
        migrations.AddField(
            model_name="historicalbook",
            name="locked_fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("title", "title"),
                        ("subtitle", "subtitle"),
                        ("contributors", "contributors and byline"),
                        ("series", "series and number in it"),
                        ("publisher", "publisher"),
                        ("language", "language"),
                        ("genres", "genres"),
                        ("description", "description"),
                        ("price", "price"),
                        ("tax_class", "tax"),
                        ("dates", "dates of publication and sale"),
                        ("status", "publisher’s status"),
                        ("format", "format"),
                        ("measures", "pages, measures and weight"),
                    ],
                    max_length=20,
                ),
                blank=True,
                db_default=[],
                default=list,
                verbose_name="feeds leave alone",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("locked_fields", []), _negated=True),
                fields=["ean"],
                name="catalog_book_locked",
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "locked_fields__contained_by",
                        [
                            "title",
                            "subtitle",
                            "contributors",
                            "series",
                            "publisher",
                            "language",
                            "genres",
                            "description",
                            "price",
                            "tax_class",
                            "dates",
                            "status",
                            "format",
                            "measures",
                        ],
                    )
                ),
                name="catalog_book_locks_known",
            ),
        ),
    ]
