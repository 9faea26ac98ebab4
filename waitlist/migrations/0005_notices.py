"""Members choose which news of their wishlists they want by mail."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("waitlist", "0004_restock_alerts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "wants_price_falls",
                    models.BooleanField(default=False, verbose_name="a price falls"),
                ),
                (
                    "wants_restock",
                    models.BooleanField(default=False, verbose_name="a book is back in stock"),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("chosen_at", models.DateTimeField(verbose_name="chosen at")),
                (
                    "looked_on",
                    models.DateField(blank=True, null=True, verbose_name="looked through on"),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_choice",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of notices",
                "verbose_name_plural": "choices of notices",
            },
        ),
    ]
