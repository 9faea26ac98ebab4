"""Keep for each book how many readers gave it how many stars."""

import django.contrib.postgres.fields
import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models

import catalog.models.ratings

# Ratings that are there already were made up, to try pages with: the stars next to their mean.
SPREAD = """
UPDATE catalog_book SET rating_counts = ARRAY(
    SELECT CASE star WHEN rating_sum / rating_count THEN rating_count - rating_sum % rating_count
        WHEN rating_sum / rating_count + 1 THEN rating_sum % rating_count ELSE 0 END
    FROM generate_series(1, 5) star ORDER BY star
) WHERE rating_count > 0
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0021_waiting_list"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="book",
            name="catalog_book_ratings_from_1_to_5",
        ),
        migrations.AddField(
            model_name="book",
            name="rating_counts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                db_default=[0, 0, 0, 0, 0],
                default=catalog.models.ratings.no_ratings,
                editable=False,
            ),
        ),
        migrations.RunSQL(SPREAD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating_counts__len", 5),
                    ("rating_counts__0__gte", 0),
                    ("rating_counts__1__gte", 0),
                    ("rating_counts__2__gte", 0),
                    ("rating_counts__3__gte", 0),
                    ("rating_counts__4__gte", 0),
                    (
                        "rating_count",
                        django.db.models.functions.comparison.Coalesce(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("rating_counts__0"),
                                            "+",
                                            models.F("rating_counts__1"),
                                        ),
                                        "+",
                                        models.F("rating_counts__2"),
                                    ),
                                    "+",
                                    models.F("rating_counts__3"),
                                ),
                                "+",
                                models.F("rating_counts__4"),
                            ),
                            models.Value(-1, models.IntegerField()),
                        ),
                    ),
                    (
                        "rating_sum",
                        django.db.models.functions.comparison.Coalesce(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("rating_counts__0"),
                                            "+",
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("rating_counts__1"), "*", models.Value(2)
                                            ),
                                        ),
                                        "+",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("rating_counts__2"), "*", models.Value(3)
                                        ),
                                    ),
                                    "+",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("rating_counts__3"), "*", models.Value(4)
                                    ),
                                ),
                                "+",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("rating_counts__4"), "*", models.Value(5)
                                ),
                            ),
                            models.Value(-1, models.IntegerField()),
                        ),
                    ),
                ),
                name="catalog_book_ratings_add_up",
            ),
        ),
    ]
