"""Orders to countries whose addresses name a district or a region."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0005_refunds_add_up"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="district",
            field=models.CharField(blank=True, max_length=100, verbose_name="district"),
        ),
        migrations.AddField(
            model_name="order",
            name="region",
            field=models.CharField(
                blank=True, max_length=100, verbose_name="state, county or province"
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="city",
            field=models.CharField(blank=True, max_length=100, verbose_name="town or city"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), _negated=True), name="shop_order_has_a_country"
            ),
        ),
    ]
