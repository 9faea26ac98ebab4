"""Booksellers keep catalogue, stock and reviews; whoever deals with orders is in Fulfilment as well."""

from django.db import migrations

OF_ORDERS = (
    *("view_order", "view_orderitem", "view_orderevent"),
    *("view_payment", "view_refund", "view_refunditem", "view_withdrawal"),
)


def take_away(apps, schema_editor):
    pairs = apps.get_model("auth", "Group").permissions.through.objects.filter(
        group__name="Bookseller",
        permission__content_type__app_label="shop",
        permission__codename__in=OF_ORDERS,
    )
    pairs.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0024_who_sees_sales"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(take_away, migrations.RunPython.noop, elidable=True)]
