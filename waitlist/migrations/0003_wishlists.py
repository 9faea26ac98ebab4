"""Books that members would like to have, on lists with names."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("waitlist", "0002_rules_of_the_queue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Wishlist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                (
                    "key",
                    models.UUIDField(
                        blank=True, null=True, unique=True, verbose_name="key of the link"
                    ),
                ),
                (
                    "shown_name",
                    models.CharField(blank=True, max_length=60, verbose_name="name that is shown"),
                ),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishlists",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "wishlist",
                "verbose_name_plural": "wishlists",
            },
        ),
        migrations.CreateModel(
            name="WishlistItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                (
                    "price_added",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        verbose_name="price when added",
                    ),
                ),
                (
                    "price_told",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        verbose_name="price told last",
                    ),
                ),
                ("in_stock_told", models.BooleanField(verbose_name="told to be in stock")),
                (
                    "taken_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken by a giver at"),
                ),
                (
                    "taken_by",
                    models.UUIDField(blank=True, null=True, verbose_name="token of the giver"),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishlist_items",
                        to="catalog.book",
                    ),
                ),
                (
                    "wishlist",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="waitlist.wishlist",
                    ),
                ),
            ],
            options={
                "verbose_name": "book on a wishlist",
                "verbose_name_plural": "books on wishlists",
            },
        ),
        migrations.AddConstraint(
            model_name="wishlist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("user",),
                name="waitlist_wishlist_one_default",
            ),
        ),
        migrations.AddConstraint(
            model_name="wishlist",
            constraint=models.UniqueConstraint(
                models.F("user"),
                django.db.models.functions.text.Lower("name"),
                name="waitlist_wishlist_name_once_per_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="wishlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^\\s*$"), _negated=True),
                name="waitlist_wishlist_name_not_blank",
            ),
        ),
        migrations.AddConstraint(
            model_name="wishlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__isnull", False), ("shown_name", ""), _connector="OR"),
                name="waitlist_wishlist_name_shown_with_a_link",
            ),
        ),
        migrations.AddIndex(
            model_name="wishlistitem",
            index=models.Index(
                fields=["wishlist", "-added_at", "-id"], name="waitlist_wishlistitem_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="wishlistitem",
            constraint=models.UniqueConstraint(
                fields=("wishlist", "book"), name="waitlist_wishlistitem_once_per_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="wishlistitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                    models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                    _connector="OR",
                ),
                name="waitlist_wishlistitem_taken_by_somebody",
            ),
        ),
    ]
