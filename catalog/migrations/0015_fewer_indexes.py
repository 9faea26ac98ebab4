"""Leave out indexes that another one begins with, or that only LIKE in some collations would use.

A feed of new books writes each of them at random places, which is most of its time. Four unique
indexes are made anew, and foreign keys checked again: with a million books nobody can read them for
some tens of seconds.
"""

import django.db.models.deletion
from django.db import migrations, models

import catalog.identifiers

# Django makes it for the link, beside the one over (book_id, genre_id).
LINKS = "DROP INDEX IF EXISTS catalog_book_genres_book_id_5a39a237"
LINKS_BACK = "CREATE INDEX catalog_book_genres_book_id_5a39a237 ON catalog_book_genres (book_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0014_books_start_with_their_movements"),
    ]

    operations = [
        migrations.RunSQL(LINKS, LINKS_BACK),
        migrations.RemoveIndex(model_name="word", name="catalog_word_prefix"),
        migrations.AlterField(
            model_name="alsoliked",
            name="book",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="also_liked",
                to="catalog.book",
            ),
        ),
        migrations.AlterField(
            model_name="book",
            name="ean",
            field=models.CharField(
                max_length=13,
                validators=[catalog.identifiers.validate_ean],
                verbose_name="EAN or ISBN-13",
            ),
        ),
        migrations.AlterField(
            model_name="book",
            name="series",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="books",
                to="catalog.series",
                verbose_name="series",
            ),
        ),
        migrations.AlterField(
            model_name="contribution",
            name="book",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contributions",
                to="catalog.book",
            ),
        ),
        migrations.AlterField(
            model_name="contributor",
            name="name",
            field=models.CharField(max_length=300, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="contributor",
            name="slug",
            field=models.SlugField(db_index=False, max_length=100, verbose_name="slug"),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="book",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="catalog.book",
            ),
        ),
        migrations.AlterField(
            model_name="work",
            name="key",
            field=models.CharField(editable=False, max_length=900, null=True),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.UniqueConstraint(fields=("ean",), name="catalog_book_ean_once"),
        ),
        migrations.AddConstraint(
            model_name="contributor",
            constraint=models.UniqueConstraint(
                fields=("name",), name="catalog_contributor_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="contributor",
            constraint=models.UniqueConstraint(
                fields=("slug",), name="catalog_contributor_slug_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="work",
            constraint=models.UniqueConstraint(fields=("key",), name="catalog_work_key_once"),
        ),
    ]
