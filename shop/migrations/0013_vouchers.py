"""Vouchers."""

from decimal import Decimal

import django.core.validators
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("catalog", "0019_tax_class"), ("shop", "0012_collecting_is_no_post")]

    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text=(
                            "3 to 30 letters, digits and hyphens."
                            " Capitals and spaces make no difference."
                        ),
                        max_length=30,
                        verbose_name="code",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("percent", "per cent"), ("amount", "amount")],
                        default="percent",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="value",
                    ),
                ),
                (
                    "least_sum",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Of the books it counts for. Empty: any.",
                        max_digits=8,
                        null=True,
                        verbose_name="least sum",
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="valid from"),
                ),
                (
                    "valid_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "most_uses",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: any number.",
                        null=True,
                        verbose_name="uses in all, at the most",
                    ),
                ),
                (
                    "most_uses_each",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text=(
                            "Shoppers are told apart by account and e-mail. Empty: any number."
                        ),
                        null=True,
                        verbose_name="uses for each shopper, at the most",
                    ),
                ),
                (
                    "excluded_genres",
                    models.ManyToManyField(
                        blank=True,
                        help_text="With all genres below them.",
                        related_name="vouchers_without",
                        to="catalog.genre",
                        verbose_name="genres left out",
                    ),
                ),
                (
                    "excluded_books",
                    models.ManyToManyField(
                        blank=True,
                        related_name="vouchers_without",
                        to="catalog.book",
                        verbose_name="books left out",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="can be used")),
                (
                    "note",
                    models.CharField(blank=True, max_length=300, verbose_name="note for staff"),
                ),
            ],
            options={
                "verbose_name": "voucher",
                "verbose_name_plural": "vouchers",
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="shop_voucher_code_once"),
                    models.CheckConstraint(
                        condition=Q(code__regex="^[A-Z0-9-]{3,30}$"),
                        name="shop_voucher_code_readable",
                        violation_error_message="A code is 3 to 30 letters, digits and hyphens.",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="percent", value__gt=0, value__lte=100)
                        | Q(kind="amount", value__gt=0),
                        name="shop_voucher_value_of_its_kind",
                        violation_error_message=(
                            "The value is above 0, and 100 per cent at the most."
                        ),
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_from__isnull=True)
                        | Q(valid_until__isnull=True)
                        | Q(valid_until__gt=F("valid_from")),
                        name="shop_voucher_times_in_order",
                        violation_error_message="The voucher must end after it begins.",
                    ),
                    models.CheckConstraint(
                        condition=(Q(least_sum__isnull=True) | Q(least_sum__gt=0))
                        & (Q(most_uses__isnull=True) | Q(most_uses__gte=1))
                        & (Q(most_uses_each__isnull=True) | Q(most_uses_each__gte=1)),
                        name="shop_voucher_limits_positive",
                        violation_error_message="Leave a limit empty, or give a number above 0.",
                    ),
                ],
            },
        ),
    ]
