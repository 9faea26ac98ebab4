"""How long each way of delivery takes."""

import django.core.validators
from django.db import migrations, models
from django.db.models import F, Q

# The methods that 0002 began with take as long as their descriptions say.
FIRST_METHODS = {
    "Tracked, to your door": (2, 3),
    "Next working day": (1, 1),
    "Collect in the shop": (0, 1),
}


def name_days(apps, schema_editor):
    methods = apps.get_model("shop", "DeliveryMethod").objects
    for name, (days_from, days_to) in FIRST_METHODS.items():
        methods.filter(name=name).update(days_from=days_from, days_to=days_to)


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_first_delivery_methods")]

    operations = [
        migrations.AddField(
            model_name="deliverymethod",
            name="days_from",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="From the order to the door. Empty: no day is named.",
                null=True,
                verbose_name="working days, at the least",
            ),
        ),
        migrations.AddField(
            model_name="deliverymethod",
            name="days_to",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="working days, at the most"
            ),
        ),
        migrations.AddField(
            model_name="deliverymethod",
            name="cutoff_hour",
            field=models.PositiveSmallIntegerField(
                default=15,
                help_text="An order from this hour on counts from the next working day. 24: never.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(24),
                ],
                verbose_name="cut-off hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverymethod",
            constraint=models.CheckConstraint(
                condition=Q(days_from__isnull=True, days_to__isnull=True)
                | Q(days_from__isnull=False, days_to__isnull=False, days_to__gte=F("days_from")),
                name="shop_deliverymethod_days_in_order",
                violation_error_message="Name both numbers of days, the smaller one first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverymethod",
            constraint=models.CheckConstraint(
                condition=Q(cutoff_hour__gte=1, cutoff_hour__lte=24),
                name="shop_deliverymethod_cutoff_in_the_day",
            ),
        ),
        migrations.RunPython(name_days, migrations.RunPython.noop),
    ]
