from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0018_copies_come_back"),
        ("shop", "0007_saved_for_later"),
    ]

    operations = [
        migrations.AddField(
            model_name="cartitem",
            name="missing_seen",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="copies missing when seen"
            ),
        ),
        migrations.AddConstraint(
            model_name="cartitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("missing_seen__lte", models.F("quantity"))),
                name="shop_cartitem_no_more_missing_than_chosen",
            ),
        ),
    ]
