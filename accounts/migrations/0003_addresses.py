"""Addresses that members have kept."""

import django.db.models.deletion
import django_countries.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_mail_threads"),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("line1", models.CharField(max_length=200, verbose_name="address")),
                (
                    "line2",
                    models.CharField(blank=True, max_length=200, verbose_name="flat or building"),
                ),
                ("district", models.CharField(blank=True, max_length=100, verbose_name="district")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="town or city")),
                (
                    "region",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="state, county or province"
                    ),
                ),
                ("postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="label")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                ("created_at", models.DateTimeField(verbose_name="kept at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "address",
                "verbose_name_plural": "addresses",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("country", ""), _negated=True),
                        name="accounts_address_has_a_country",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("user",),
                        name="accounts_address_one_default",
                    ),
                ],
            },
        ),
    ]
