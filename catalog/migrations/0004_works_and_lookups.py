"""Works, and the tables that pages look up instead of reading the whole catalogue."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_ledgers")]

    operations = [
        migrations.CreateModel(
            name="AlsoLiked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="FacetCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.BigIntegerField()),
                ("tag", models.IntegerField()),
                ("books", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Lexeme",
            fields=[
                ("lexeme", models.TextField(primary_key=True, serialize=False)),
                ("books", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="MissedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=100, verbose_name="words")),
                ("day", models.DateField(verbose_name="day")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
            ],
            options={
                "verbose_name": "search that found nothing",
                "verbose_name_plural": "searches that found nothing",
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("book", "Books"),
                            ("author", "Authors"),
                            ("series", "Series"),
                            ("genre", "Subjects"),
                        ],
                        max_length=6,
                    ),
                ),
                ("spelling", models.TextField()),
                ("label", models.TextField()),
                ("detail", models.TextField(blank=True)),
                ("address", models.TextField()),
                ("weight", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SuggestionPrefix",
            fields=[
                ("prefix", models.TextField(primary_key=True, serialize=False)),
                ("suggestions", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.TextField(primary_key=True, serialize=False)),
                ("books", models.PositiveIntegerField()),
                (
                    "deletions",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Work",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=500, verbose_name="title")),
                ("key", models.CharField(editable=False, max_length=900, null=True, unique=True)),
            ],
            options={
                "verbose_name": "work",
                "verbose_name_plural": "works",
            },
        ),
        migrations.AddField(
            model_name="alsoliked",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="also_liked",
                to="catalog.book",
            ),
        ),
        migrations.AddField(
            model_name="alsoliked",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.book"
            ),
        ),
        migrations.AddConstraint(
            model_name="facetcount",
            constraint=models.UniqueConstraint(
                fields=("scope", "tag"), name="catalog_facetcount_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="missedsearch",
            constraint=models.UniqueConstraint(
                fields=("day", "words"), name="catalog_missedsearch_by_day"
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("spelling", name="text_pattern_ops"),
                models.OrderBy(models.F("weight"), descending=True),
                name="catalog_suggestion_spelling",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("kind", "address", "spelling"), name="catalog_suggestion_once"
            ),
        ),
        migrations.AddIndex(
            model_name="word",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["deletions"], name="catalog_word_deletions"
            ),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("word", name="text_pattern_ops"),
                name="catalog_word_prefix",
            ),
        ),
        migrations.AddConstraint(
            model_name="work",
            constraint=models.CheckConstraint(
                condition=models.Q(("key", ""), _negated=True), name="catalog_work_key_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="alsoliked",
            constraint=models.UniqueConstraint(
                fields=("book", "other"), name="catalog_alsoliked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alsoliked",
            constraint=models.CheckConstraint(
                condition=models.Q(("book", models.F("other")), _negated=True),
                name="catalog_alsoliked_another_book",
            ),
        ),
    ]
