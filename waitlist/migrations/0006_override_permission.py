from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("waitlist", "0005_notices")]

    operations = [
        migrations.AlterModelOptions(
            name="prebooking",
            options={
                "permissions": [("override_prebooking", "Can override pre-booking")],
                "verbose_name": "pre-booking",
                "verbose_name_plural": "pre-bookings",
            },
        ),
    ]
