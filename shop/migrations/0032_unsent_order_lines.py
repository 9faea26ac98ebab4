from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0031_refunds_that_fail")]

    operations = [
        migrations.AddIndex(
            model_name="orderitem",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True)),
                fields=["book"],
                name="shop_orderitem_unsent",
            ),
        ),
    ]
