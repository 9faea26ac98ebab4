"""The third of the first methods is collected, wherever staff left it as it was."""

from decimal import Decimal

from django.db import migrations

# As 0002 made it.
UNCHANGED = {
    "name": "Collect in the shop",
    "description": "Usually ready the same day. Kept for you for seven days.",
    "price": Decimal("0.00"),
    "free_from": None,
}


def collect(apps, schema_editor):
    apps.get_model("shop", "DeliveryMethod").objects.filter(**UNCHANGED).update(kind="collect")


def post(apps, schema_editor):
    apps.get_model("shop", "DeliveryMethod").objects.filter(**UNCHANGED).update(kind="post")


class Migration(migrations.Migration):
    dependencies = [("shop", "0011_delivery_by_country_weight_and_sum")]

    operations = [migrations.RunPython(collect, post)]
