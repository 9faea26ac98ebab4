import django.db.models.deletion
from django.db import migrations, models

FINAL = """
CREATE TRIGGER shop_withdrawal_is_final
    BEFORE UPDATE OR DELETE ON shop_withdrawal
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse('A withdrawal is never changed or deleted.');
"""
FINAL_BACK = "DROP TRIGGER shop_withdrawal_is_final ON shop_withdrawal;"


class Migration(migrations.Migration):
    dependencies = [("shop", "0015_bills_and_parcels_of_orders")]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True)),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the whole order.",
                        max_length=1000,
                        verbose_name="which books",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="shop.order",
                    ),
                ),
            ],
            options={"verbose_name": "withdrawal", "verbose_name_plural": "withdrawals"},
        ),
        migrations.RunSQL(FINAL, FINAL_BACK),
    ]
