from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_language_of_readers"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="html",
            field=models.TextField(
                blank=True, db_default="", default="", editable=False, verbose_name="HTML"
            ),
        ),
    ]
