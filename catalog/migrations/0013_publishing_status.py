"""What the publisher says of an edition, for when there are no copies here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_works_of_books")]

    operations = [
        migrations.AddField(
            model_name="book",
            name="publishing_status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("active", "active"),
                    ("postponed", "postponed, no date yet"),
                    ("cancelled", "cancelled"),
                    ("reprinting", "reprinting"),
                    ("out_of_stock", "out of stock at the publisher"),
                    ("out_of_print", "out of print"),
                ],
                db_default="",
                default="",
                help_text="Readers are told of it once there are no copies here.",
                max_length=12,
                verbose_name="publisher’s status",
            ),
        ),
    ]
