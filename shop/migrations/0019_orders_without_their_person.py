"""Orders can outlive what the shop knows of their person: tax law keeps them, and only them."""

from typing import Any

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError


def refuse(apps: Any, schema_editor: Any) -> None:
    """Without the column, an order whose person was erased would be any guest's with no address."""
    if apps.get_model("shop", "Order").objects.filter(erased_at__isnull=False).exists():
        raise IrreversibleError("People were erased from orders, which must go on being known.")


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0018_permissions_of_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="person erased at"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.db.models.functions.text.Upper("email"),
                condition=models.Q(("erased_at__isnull", True), ("user__isnull", True)),
                name="shop_order_of_guest_by_email",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(
                        ("cart", None),
                        ("city", ""),
                        ("district", ""),
                        ("email", ""),
                        ("line1", ""),
                        ("line2", ""),
                        ("name", ""),
                        ("phone", ""),
                        ("postcode", ""),
                        ("region", ""),
                        ("tracking", ""),
                        ("user", None),
                        models.Q(("status", "pending"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="shop_order_erased_has_no_person",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse),
    ]
