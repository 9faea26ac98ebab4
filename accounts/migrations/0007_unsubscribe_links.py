"""Mails that were subscribed to name the address that ends them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_mails_of_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="unsubscribe_url",
            field=models.CharField(
                blank=True, default="", db_default="", editable=False, max_length=200
            ),
        ),
    ]
