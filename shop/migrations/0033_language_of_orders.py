from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0032_unsent_order_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="language",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=10,
                verbose_name="language",
            ),
        ),
    ]
