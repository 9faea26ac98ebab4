"""A new shop can deliver; staff change these rows in the admin."""

from decimal import Decimal

from django.db import migrations

FIRST_METHODS = [
    ("Tracked, to your door", "Two to three working days. Fits most letterboxes.", "2.95", "25.00"),
    ("Next working day", "Ordered before 3 pm, with you the next working day.", "5.50", None),
    (
        "Collect in the shop",
        "Usually ready the same day. Kept for you for seven days.",
        "0.00",
        None,
    ),
]


def add_methods(apps, schema_editor):
    methods = apps.get_model("shop", "DeliveryMethod").objects
    for position, (name, description, price, free_from) in enumerate(FIRST_METHODS):
        methods.create(
            name=name,
            description=description,
            price=Decimal(price),
            free_from=free_from and Decimal(free_from),
            position=position,
        )


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_baskets_and_orders")]

    operations = [migrations.RunPython(add_methods, migrations.RunPython.noop)]
