from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_mails_sent_again"),
    ]

    operations = [
        migrations.AddField(
            model_name=name,
            name="language",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=10,
                verbose_name="language",
            ),
        )
        for name in ("user", "outboxmessage")
    ]
