import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import catalog.cover_address
import catalog.identifiers


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_search_configuration")]

    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ean",
                    models.CharField(
                        max_length=13,
                        unique=True,
                        validators=[catalog.identifiers.validate_ean],
                        verbose_name="EAN or ISBN-13",
                    ),
                ),
                ("title", models.CharField(max_length=500, verbose_name="title")),
                ("subtitle", models.CharField(blank=True, max_length=500, verbose_name="subtitle")),
                ("byline", models.CharField(blank=True, max_length=1000, verbose_name="byline")),
                ("slug", models.SlugField(db_index=False, max_length=100, verbose_name="slug")),
                ("sort_title", models.CharField(editable=False, max_length=200)),
                (
                    "format",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("paperback", "Paperback"),
                            ("pocket", "Pocket"),
                            ("hardback", "Hardback"),
                            ("clothbound", "Clothbound"),
                            ("large_print", "Large print"),
                        ],
                        max_length=12,
                        verbose_name="format",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=8, verbose_name="language")),
                ("pages", models.PositiveIntegerField(blank=True, null=True, verbose_name="pages")),
                (
                    "height_mm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="height in mm"
                    ),
                ),
                (
                    "width_mm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="width in mm"
                    ),
                ),
                (
                    "thickness_mm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="thickness in mm"
                    ),
                ),
                (
                    "weight_g",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="weight in g"),
                ),
                (
                    "published_on",
                    models.DateField(blank=True, null=True, verbose_name="published on"),
                ),
                (
                    "published_precision",
                    models.CharField(
                        choices=[("year", "year"), ("month", "month"), ("day", "day")],
                        default="day",
                        max_length=5,
                        verbose_name="published on is exact to the",
                    ),
                ),
                (
                    "on_sale_on",
                    models.DateField(blank=True, null=True, verbose_name="on sale from"),
                ),
                (
                    "price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Without a price the book is shown, but not for sale.",
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="price",
                    ),
                ),
                (
                    "stock",
                    models.IntegerField(
                        db_default=0, default=0, editable=False, verbose_name="stock"
                    ),
                ),
                (
                    "cover_image",
                    models.ImageField(
                        blank=True,
                        height_field="cover_height",
                        upload_to=catalog.cover_address.cover_path,
                        verbose_name="cover image",
                        width_field="cover_width",
                    ),
                ),
                ("cover_width", models.PositiveIntegerField(editable=False, null=True)),
                ("cover_height", models.PositiveIntegerField(editable=False, null=True)),
                (
                    "cover_mood",
                    models.CharField(
                        choices=[
                            ("gothic", "gothic"),
                            ("sf", "sf"),
                            ("sea", "sea"),
                            ("novel", "novel"),
                            ("poetry", "poetry"),
                            ("ideas", "ideas"),
                            ("nature", "nature"),
                            ("crime", "crime"),
                            ("child", "child"),
                        ],
                        default="novel",
                        max_length=10,
                        verbose_name="mood of a drawn cover",
                    ),
                ),
                (
                    "rating_sum",
                    models.PositiveIntegerField(db_default=0, default=0, editable=False),
                ),
                (
                    "rating_count",
                    models.PositiveIntegerField(db_default=0, default=0, editable=False),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="withdrawn from sale at"
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="added at"
                    ),
                ),
                ("publisher_name", models.CharField(blank=True, editable=False, max_length=300)),
                ("series_title", models.CharField(blank=True, editable=False, max_length=300)),
                (
                    "series_number",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="number in the series"
                    ),
                ),
                ("bestseller_rank", models.IntegerField(db_default=0, default=0, editable=False)),
                ("rating_rank", models.IntegerField(db_default=0, default=0, editable=False)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.CombinedSearchVector(
                            django.contrib.postgres.search.CombinedSearchVector(
                                django.contrib.postgres.search.CombinedSearchVector(
                                    django.contrib.postgres.search.SearchVector(
                                        models.Func(
                                            models.F("title"),
                                            models.Value("‘’ʼ´`“”„«»‹›¡¿–—―‐‑…·\xa0\u2009\u202f"),
                                            models.Value("'''''                   "),
                                            function="translate",
                                        ),
                                        config="bookstore",
                                        weight="A",
                                    ),
                                    "||",
                                    django.contrib.postgres.search.SearchVector(
                                        models.Func(
                                            models.F("byline"),
                                            models.Value("‘’ʼ´`“”„«»‹›¡¿–—―‐‑…·\xa0\u2009\u202f"),
                                            models.Value("'''''                   "),
                                            function="translate",
                                        ),
                                        config="bookstore",
                                        weight="B",
                                    ),
                                    django.contrib.postgres.search.SearchConfig("bookstore"),
                                ),
                                "||",
                                django.contrib.postgres.search.SearchVector(
                                    models.Func(
                                        models.F("subtitle"),
                                        models.Value("‘’ʼ´`“”„«»‹›¡¿–—―‐‑…·\xa0\u2009\u202f"),
                                        models.Value("'''''                   "),
                                        function="translate",
                                    ),
                                    models.Func(
                                        models.F("series_title"),
                                        models.Value("‘’ʼ´`“”„«»‹›¡¿–—―‐‑…·\xa0\u2009\u202f"),
                                        models.Value("'''''                   "),
                                        function="translate",
                                    ),
                                    config="bookstore",
                                    weight="C",
                                ),
                                django.contrib.postgres.search.SearchConfig("bookstore"),
                            ),
                            "||",
                            django.contrib.postgres.search.SearchVector(
                                models.Func(
                                    models.F("publisher_name"),
                                    models.Value("‘’ʼ´`“”„«»‹›¡¿–—―‐‑…·\xa0\u2009\u202f"),
                                    models.Value("'''''                   "),
                                    function="translate",
                                ),
                                config="bookstore",
                                weight="D",
                            ),
                            django.contrib.postgres.search.SearchConfig("bookstore"),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "book",
                "verbose_name_plural": "books",
            },
        ),
        migrations.CreateModel(
            name="Contributor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=300, unique=True, verbose_name="name")),
                ("sort_name", models.CharField(max_length=300, verbose_name="sort name")),
                ("slug", models.SlugField(max_length=100, unique=True, verbose_name="slug")),
            ],
            options={
                "verbose_name": "contributor",
                "verbose_name_plural": "contributors",
            },
        ),
        migrations.CreateModel(
            name="Publisher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=300, unique=True, verbose_name="name")),
                ("slug", models.SlugField(max_length=100, unique=True, verbose_name="slug")),
            ],
            options={
                "verbose_name": "publisher",
                "verbose_name_plural": "publishers",
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300, unique=True, verbose_name="title")),
                ("slug", models.SlugField(max_length=100, unique=True, verbose_name="slug")),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
            },
        ),
        migrations.CreateModel(
            name="BookText",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="catalog.book",
                    ),
                ),
                ("description", models.TextField(max_length=10000, verbose_name="description")),
            ],
            options={
                "verbose_name": "description",
                "verbose_name_plural": "descriptions",
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("A01", "by"),
                            ("B01", "edited by"),
                            ("B06", "translated by"),
                            ("A12", "illustrated by"),
                            ("A24", "introduced by"),
                        ],
                        default="A01",
                        max_length=3,
                        verbose_name="role",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contributions",
                        to="catalog.book",
                    ),
                ),
                (
                    "contributor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contributions",
                        to="catalog.contributor",
                    ),
                ),
            ],
            options={
                "verbose_name": "contribution",
                "verbose_name_plural": "contributions",
            },
        ),
        migrations.AddField(
            model_name="book",
            name="contributors",
            field=models.ManyToManyField(
                related_name="books", through="catalog.Contribution", to="catalog.contributor"
            ),
        ),
        migrations.CreateModel(
            name="FrontTableEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="front_table_entry",
                        to="catalog.book",
                    ),
                ),
            ],
            options={
                "verbose_name": "front table entry",
                "verbose_name_plural": "front table",
            },
        ),
        migrations.CreateModel(
            name="Genre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="slug")),
                (
                    "mood",
                    models.CharField(
                        choices=[
                            ("gothic", "gothic"),
                            ("sf", "sf"),
                            ("sea", "sea"),
                            ("novel", "novel"),
                            ("poetry", "poetry"),
                            ("ideas", "ideas"),
                            ("nature", "nature"),
                            ("crime", "crime"),
                            ("child", "child"),
                        ],
                        default="novel",
                        max_length=10,
                        verbose_name="mood of drawn covers",
                    ),
                ),
                (
                    "book_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="books"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalog.genre",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "genre",
                "verbose_name_plural": "genres",
            },
        ),
        migrations.AddField(
            model_name="book",
            name="genres",
            field=models.ManyToManyField(
                blank=True, related_name="books", to="catalog.genre", verbose_name="genres"
            ),
        ),
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "old_price",
                    models.DecimalField(
                        decimal_places=2, max_digits=10, null=True, verbose_name="old price"
                    ),
                ),
                (
                    "new_price",
                    models.DecimalField(
                        decimal_places=2, max_digits=10, null=True, verbose_name="new price"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_changes",
                        to="catalog.book",
                    ),
                ),
            ],
            options={
                "verbose_name": "price change",
                "verbose_name_plural": "price changes",
            },
        ),
        migrations.AddField(
            model_name="book",
            name="publisher",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="books",
                to="catalog.publisher",
                verbose_name="publisher",
            ),
        ),
        migrations.AddField(
            model_name="book",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="books",
                to="catalog.series",
                verbose_name="series",
            ),
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="copies")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("opening", "Opening stock"),
                            ("delivery", "Delivery"),
                            ("sale", "Sale"),
                            ("not_paid", "Order not paid, copies back"),
                            ("correction", "Correction"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("order_number", models.CharField(blank=True, max_length=12, verbose_name="order")),
                ("who", models.CharField(max_length=254, verbose_name="who")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="catalog.book",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock movement",
                "verbose_name_plural": "stock movements",
            },
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.UniqueConstraint(
                fields=("book", "contributor", "role"), name="catalog_contribution_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="genre",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                models.F("parent"),
                name="catalog_genre_name",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="genre",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("pk")), _negated=True),
                name="catalog_genre_not_its_own_parent",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search"], name="catalog_book_search"
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(fields=["sort_title", "id"], name="catalog_book_by_title"),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(fields=["price", "id"], name="catalog_book_by_price"),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                models.OrderBy(models.F("published_on"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="catalog_book_by_date",
            ),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(fields=["-bestseller_rank", "-id"], name="catalog_book_by_sales"),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(fields=["-rating_rank", "-id"], name="catalog_book_by_rating"),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("ean__regex", "^[0-9]{13}$")),
                name="catalog_book_ean_is_13_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("title__regex", "^\\s*$"), _negated=True),
                name="catalog_book_title_not_blank",
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug", ""), _negated=True), name="catalog_book_slug_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__isnull", True), ("price__gt", 0), _connector="OR"),
                name="catalog_book_price_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(("stock__gte", 0)), name="catalog_book_stock_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating_sum__gte", models.F("rating_count")),
                    (
                        "rating_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                ),
                name="catalog_book_ratings_from_1_to_5",
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["book", "id"], name="catalog_movement_by_book"),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), _negated=True),
                name="catalog_stockmovement_not_zero",
            ),
        ),
    ]
