"""Search by the folded text, and lists whose order has no NULL in it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_fill_search_text")]

    operations = [
        migrations.RemoveIndex(
            model_name="book",
            name="catalog_book_search",
        ),
        migrations.RemoveIndex(
            model_name="book",
            name="catalog_book_by_price",
        ),
        migrations.RemoveIndex(
            model_name="book",
            name="catalog_book_by_date",
        ),
        migrations.RemoveField(model_name="book", name="search"),
        migrations.AddField(
            model_name="book",
            name="search",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.CombinedSearchVector(
                    django.contrib.postgres.search.CombinedSearchVector(
                        django.contrib.postgres.search.CombinedSearchVector(
                            django.contrib.postgres.search.SearchVector(
                                models.Func(
                                    models.F("search_text"),
                                    models.Value("\n"),
                                    models.Value(1),
                                    function="split_part",
                                    output_field=models.TextField(),
                                ),
                                models.Func(
                                    models.F("search_text"),
                                    models.Value("\n"),
                                    models.Value(2),
                                    function="split_part",
                                    output_field=models.TextField(),
                                ),
                                config="bookstore",
                                weight="A",
                            ),
                            "||",
                            django.contrib.postgres.search.SearchVector(
                                models.Func(
                                    models.F("search_text"),
                                    models.Value("\n"),
                                    models.Value(3),
                                    function="split_part",
                                    output_field=models.TextField(),
                                ),
                                config="bookstore",
                                weight="B",
                            ),
                            django.contrib.postgres.search.SearchConfig("bookstore"),
                        ),
                        "||",
                        django.contrib.postgres.search.SearchVector(
                            models.Func(
                                models.F("search_text"),
                                models.Value("\n"),
                                models.Value(4),
                                function="split_part",
                                output_field=models.TextField(),
                            ),
                            models.Func(
                                models.F("search_text"),
                                models.Value("\n"),
                                models.Value(5),
                                function="split_part",
                                output_field=models.TextField(),
                            ),
                            config="bookstore",
                            weight="C",
                        ),
                        django.contrib.postgres.search.SearchConfig("bookstore"),
                    ),
                    "||",
                    django.contrib.postgres.search.SearchVector(
                        models.Func(
                            models.F("search_text"),
                            models.Value("\n"),
                            models.Value(6),
                            function="split_part",
                            output_field=models.TextField(),
                        ),
                        config="bookstore",
                        weight="D",
                    ),
                    django.contrib.postgres.search.SearchConfig("bookstore"),
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search", "tags"], name="catalog_book_search_and_tags"
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("tier", 0)),
                fields=["search", "tags"],
                name="catalog_book_search_tier_0",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("tier__lte", 1)),
                fields=["search", "tags"],
                name="catalog_book_search_tier_1",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    models.Func(
                        models.F("search_text"),
                        models.Value("\n"),
                        models.Value(1),
                        function="split_part",
                        output_field=models.TextField(),
                    ),
                    name="text_pattern_ops",
                ),
                name="catalog_book_by_title_key",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                fields=["series", "series_position", "id"], name="catalog_book_in_series"
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("search_text", ""), _negated=True),
                name="catalog_book_search_text_filled",
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier__in", [0, 1, 2])), name="catalog_book_tier_from_0_to_2"
            ),
        ),
        migrations.AlterField(
            model_name="book", name="search_text", field=models.TextField(editable=False)
        ),
    ]
