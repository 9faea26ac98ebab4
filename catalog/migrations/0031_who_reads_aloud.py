"""Who reads an audiobook aloud."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0030_what_suppliers_say"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contribution",
            name="role",
            field=models.CharField(
                choices=[
                    ("A01", "by"),
                    ("B01", "edited by"),
                    ("B06", "translated by"),
                    ("A12", "illustrated by"),
                    ("A24", "introduced by"),
                    ("E07", "read by"),
                ],
                default="A01",
                max_length=3,
                verbose_name="role",
            ),
        ),
    ]
