"""An order whose books were all paid back is to be sent after all when that refund fails."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0030_stock_takes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="fulfilmentmove",
            name="shop_fulfilmentmove_is_legal",
        ),
        migrations.AddConstraint(
            model_name="fulfilmentmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("becomes__in", ["paid", "unpaid", "cancelled"]), ("was", "new")),
                    models.Q(("becomes__in", ["paid"]), ("was", "unpaid")),
                    models.Q(
                        (
                            "becomes__in",
                            ["picking", "packed", "posted", "ready", "cancelled", "refunded"],
                        ),
                        ("was", "paid"),
                    ),
                    models.Q(
                        (
                            "becomes__in",
                            ["paid", "packed", "posted", "ready", "cancelled", "refunded"],
                        ),
                        ("was", "picking"),
                    ),
                    models.Q(
                        (
                            "becomes__in",
                            ["paid", "picking", "posted", "ready", "cancelled", "refunded"],
                        ),
                        ("was", "packed"),
                    ),
                    models.Q(
                        ("becomes__in", ["collected", "returned", "refunded"]), ("was", "ready")
                    ),
                    models.Q(
                        ("becomes__in", ["delivered", "returned", "refunded"]), ("was", "posted")
                    ),
                    models.Q(("becomes__in", ["returned", "refunded"]), ("was", "delivered")),
                    models.Q(("becomes__in", ["returned", "refunded"]), ("was", "collected")),
                    models.Q(("becomes__in", ["refunded"]), ("was", "returned")),
                    models.Q(("becomes__in", ["paid", "cancelled"]), ("was", "refunded")),
                    _connector="OR",
                ),
                name="shop_fulfilmentmove_is_legal",
            ),
        ),
    ]
