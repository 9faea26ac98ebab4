"""What lists and searches will go by; the next migrations fill it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_works_and_lookups")]

    operations = [
        migrations.AddField(
            model_name="book",
            name="outside_rating",
            field=models.DecimalField(
                blank=True, decimal_places=2, editable=False, max_digits=3, null=True
            ),
        ),
        migrations.AddField(
            model_name="book",
            name="outside_ratings",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="book",
            name="search_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="book",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), db_default=[], default=list, editable=False
            ),
        ),
        migrations.AddField(
            model_name="book",
            name="tier",
            field=models.SmallIntegerField(db_default=2, default=2, editable=False),
        ),
        migrations.AddField(
            model_name="book",
            name="work",
            field=models.ForeignKey(
                blank=True,
                help_text="Books of one work are shown as its editions and formats. Left empty: a new book joins its other editions, any other one stands alone.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="editions",
                to="catalog.work",
                verbose_name="work",
            ),
        ),
        migrations.AddField(
            model_name="book",
            name="series_position",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Cast(
                    models.Func(
                        models.F("series_number"),
                        models.Value("^[0-9]{1,6}(?:[.][0-9]{1,2})?"),
                        function="substring",
                        output_field=models.TextField(),
                    ),
                    models.DecimalField(decimal_places=2, max_digits=8),
                ),
                output_field=models.DecimalField(decimal_places=2, max_digits=8, null=True),
            ),
        ),
    ]
