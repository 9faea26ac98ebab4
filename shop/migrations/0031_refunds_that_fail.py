"""An order whose books were all paid back is to be sent after all when that refund fails.

One whose rest was paid back has a last parcel, so that the time to withdraw from it ends.
"""

from django.db import migrations, models

# Its day is counted generously, as where no days were named: no working days are known here.
LAST_PARCELS = """
UPDATE shop_order SET
    posted_at = left_at,
    expected_on = left_at::date + 2 + 2 * coalesce(delivery_days, 10)
FROM (
    SELECT every.id AS key, coalesce(max(item.sent_at), every.first_posted_at) AS left_at
    FROM shop_order every JOIN shop_orderitem item ON item.order_id = every.id
    WHERE every.posted_at IS NULL
        AND every.fulfilment IN ('ready', 'posted', 'delivered', 'collected', 'returned')
    GROUP BY every.id
) parcels
WHERE key = shop_order.id
"""


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
        migrations.AlterField(
            model_name="orderevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("placed", "Ordered"),
                    ("paid", "Paid"),
                    ("not_paid", "Not paid, copies given back"),
                    ("paid_late", "Paid after the time was over; the copies were still here"),
                    ("cancelled", "Cancelled"),
                    ("part_posted", "A parcel posted, another one to come"),
                    ("part_ready", "A part is ready to collect, the rest is to come"),
                    ("posted", "Posted"),
                    ("ready", "Ready to collect"),
                    ("delivered", "Delivered"),
                    ("collected", "Collected"),
                    ("returned", "Came back to the shop"),
                    ("withdrawn", "Withdrawn from"),
                    ("refund_asked", "Refund on its way"),
                    ("refunded", "Refunded"),
                    ("refund_failed", "Refund failed"),
                ],
                max_length=16,
                verbose_name="what",
            ),
        ),
        migrations.RunSQL(LAST_PARCELS, migrations.RunSQL.noop),
    ]
