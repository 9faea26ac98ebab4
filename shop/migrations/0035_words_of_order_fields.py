from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0034_unpaid_orders_in_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="email",
            field=models.EmailField(max_length=254, verbose_name="email address"),
        ),
        migrations.AlterField(
            model_name="order",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting for payment"),
                    ("confirmed", "Paid"),
                    ("payment_failed", "Not paid"),
                    ("cancelled", "Cancelled"),
                ],
                default="pending",
                max_length=16,
                verbose_name="payment",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="tracking",
            field=models.CharField(
                blank=True, max_length=300, verbose_name="tracking number or link"
            ),
        ),
        migrations.AlterField(
            model_name="orderitem",
            name="ean",
            field=models.CharField(max_length=13, verbose_name="ISBN"),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="most_uses_each",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Shoppers are told apart by account and email address. Empty: any number.",
                null=True,
                verbose_name="uses for each shopper, at the most",
            ),
        ),
        migrations.AlterField(
            model_name="withdrawal",
            name="email",
            field=models.EmailField(max_length=254, verbose_name="email address"),
        ),
    ]
