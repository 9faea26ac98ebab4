from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0017_parcels_and_refunds_again")]

    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "permissions": [
                    ("post_order", "Can post order"),
                    ("cancel_order", "Can cancel order"),
                    ("refund_order", "Can refund order"),
                ],
            },
        ),
    ]
