"""What a publisher or supplier may say besides of an edition: that it is recalled, replaced, not to be had."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0029_endings_in_any_coin"),
    ]

    operations = [
        migrations.AlterField(
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
                    ("replaced", "replaced by another edition"),
                    ("unavailable", "not available to this shop"),
                    ("recalled", "withdrawn from sale or recalled"),
                    ("unknown", "no recent news"),
                ],
                db_default="",
                default="",
                help_text="Readers see it once no copies are here. What is recalled is not sold.",
                max_length=12,
                verbose_name="publisher’s status",
            ),
        ),
        migrations.AlterField(
            model_name="historicalbook",
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
                    ("replaced", "replaced by another edition"),
                    ("unavailable", "not available to this shop"),
                    ("recalled", "withdrawn from sale or recalled"),
                    ("unknown", "no recent news"),
                ],
                db_default="",
                default="",
                help_text="Readers see it once no copies are here. What is recalled is not sold.",
                max_length=12,
                verbose_name="publisher’s status",
            ),
        ),
    ]
