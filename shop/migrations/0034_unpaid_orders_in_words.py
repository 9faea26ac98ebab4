from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0033_language_of_orders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="orderevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("placed", "Ordered"),
                    ("paid", "Paid"),
                    ("not_paid", "Not paid; the copies are for sale again"),
                    ("paid_late", "Paid after the time was over; the copies were still here"),
                    ("cancelled", "Cancelled"),
                    ("part_posted", "A parcel posted, another one to come"),
                    ("part_ready", "A part is ready to collect, the rest is to come"),
                    ("posted", "Posted"),
                    ("ready", "Ready to collect"),
                    ("delivered", "Delivered"),
                    ("collected", "Collected"),
                    ("returned", "Came back to the shop"),
                    ("withdrawn", "Withdrawn from"),
                    ("refund_asked", "Refund on its way"),
                    ("refunded", "Refunded"),
                    ("refund_failed", "Refund failed"),
                ],
                max_length=16,
                verbose_name="what",
            ),
        ),
    ]
