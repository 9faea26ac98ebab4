from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0006_addresses_of_any_country"),
    ]

    operations = [
        migrations.AddField(
            model_name="cartitem",
            name="saved_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="saved for later at"),
        ),
    ]
