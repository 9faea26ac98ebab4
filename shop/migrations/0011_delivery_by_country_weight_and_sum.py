"""Where and when a way of delivery is offered, and prices in steps."""

import django.core.validators
import django.db.models.deletion
import django_countries.fields
from django.db import migrations, models
from django.db.models import F, Q

not_negative = django.core.validators.MinValueValidator(0)


class Migration(migrations.Migration):
    dependencies = [("shop", "0010_first_tax_rates")]

    operations = [
        migrations.AddField(
            model_name="deliverymethod",
            name="kind",
            field=models.CharField(
                choices=[("post", "by post"), ("collect", "collect in the shop")],
                default="post",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="deliverymethod",
            name="countries",
            field=django_countries.fields.CountryField(
                blank=True,
                help_text="None: everywhere. Collecting is offered to everybody, wherever they live.",
                max_length=1000,
                multiple=True,
                verbose_name="countries",
            ),
        ),
        migrations.AddField(
            model_name="deliverymethod",
            name="offered_from",
            field=models.DateField(blank=True, null=True, verbose_name="offered from"),
        ),
        migrations.AddField(
            model_name="deliverymethod",
            name="offered_until",
            field=models.DateField(blank=True, null=True, verbose_name="offered until"),
        ),
        migrations.AddConstraint(
            model_name="deliverymethod",
            constraint=models.CheckConstraint(
                condition=Q(offered_from__isnull=True)
                | Q(offered_until__isnull=True)
                | Q(offered_until__gte=F("offered_from")),
                name="shop_deliverymethod_dates_in_order",
                violation_error_message="The last day must not be before the first.",
            ),
        ),
        migrations.AddField(
            model_name="deliverymethod",
            name="price_by",
            field=models.CharField(
                choices=[
                    ("flat", "one price"),
                    ("weight", "by weight"),
                    ("total", "by the sum of the books"),
                ],
                default="flat",
                help_text=(
                    "By weight or by sum: the steps below count, and under the first the price."
                ),
                max_length=10,
                verbose_name="price goes",
            ),
        ),
        migrations.AlterField(
            model_name="deliverymethod",
            name="free_from",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text=(
                    "Books for this sum or more, after any discount, are delivered free."
                    " Empty: never."
                ),
                max_digits=8,
                null=True,
                validators=[not_negative],
                verbose_name="free from",
            ),
        ),
        migrations.CreateModel(
            name="DeliveryBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "method",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="shop.deliverymethod",
                        verbose_name="delivery method",
                    ),
                ),
                (
                    "at_least",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Grams, or the sum of the books after any discount.",
                        max_digits=10,
                        validators=[not_negative],
                        verbose_name="from",
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[not_negative],
                        verbose_name="price",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of the price",
                "verbose_name_plural": "steps of the price",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("method", "at_least"), name="shop_deliveryband_one_a_step"
                    ),
                    models.CheckConstraint(
                        condition=Q(at_least__gte=0, price__gte=0),
                        name="shop_deliveryband_not_negative",
                    ),
                ],
            },
        ),
    ]
