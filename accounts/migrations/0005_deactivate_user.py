from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sessions_epoch"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [("deactivate_user", "Can deactivate user")],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
    ]
