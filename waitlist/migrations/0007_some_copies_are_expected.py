from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("waitlist", "0006_override_permission")]

    operations = [
        migrations.AddConstraint(
            model_name="expecteddelivery",
            constraint=models.CheckConstraint(
                condition=Q(copies__gt=0), name="waitlist_some_copies_are_expected"
            ),
        ),
    ]
