from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_failed_mails"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="outboxmessage",
            options={
                "permissions": [("resend_outboxmessage", "Can send mails again")],
                "verbose_name": "mail",
                "verbose_name_plural": "outbox",
            },
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="is_repeat",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="sent once more"
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("thread", ""), _negated=True),
                fields=["thread", "id"],
                name="accounts_outbox_all_of_thread",
            ),
        ),
    ]
