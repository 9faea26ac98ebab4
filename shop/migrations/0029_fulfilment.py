"""Orders know how far the shop is with them, by moves that the database alone carries out."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# What an order is by all that is known of it: by its money, its parcels, and the copies paid back.
FILL = """
WITH refunded AS (
    SELECT lines.item_id, sum(lines.copies) AS copies
    FROM shop_refunditem lines JOIN shop_refund refund ON refund.id = lines.refund_id
    WHERE refund.status <> 'failed' GROUP BY lines.item_id
), found AS (
    SELECT item.order_id,
        bool_or(item.quantity > coalesce(refunded.copies, 0)) AS has_copies,
        bool_or(item.sent_at IS NULL AND item.quantity > coalesce(refunded.copies, 0)) AS is_to_send
    FROM shop_orderitem item LEFT JOIN refunded ON refunded.item_id = item.id
    GROUP BY item.order_id
)
UPDATE shop_order SET fulfilment = CASE
    WHEN status = 'payment_failed' THEN 'unpaid'
    WHEN status = 'cancelled' THEN 'cancelled'
    WHEN NOT coalesce(has_copies, true) THEN 'refunded'
    WHEN posted_at IS NULL AND (first_posted_at IS NULL OR coalesce(is_to_send, true)) THEN 'paid'
    WHEN is_collected THEN 'ready'
    ELSE 'posted'
END
FROM (
    SELECT every.id AS key, has_copies, is_to_send
    FROM shop_order every LEFT JOIN found ON found.order_id = every.id
) lines
WHERE key = shop_order.id AND status <> 'pending';

-- How it came there, by its history; "" where nobody noted who it was.
WITH told AS (
    SELECT event.order_id, event.id AS turn, event.who, event.at, CASE
        WHEN kind IN ('paid', 'paid_late') THEN 'paid'
        WHEN kind = 'not_paid' THEN 'unpaid'
        WHEN kind = 'cancelled' THEN 'cancelled'
        WHEN orders.is_collected THEN 'ready'
        ELSE 'posted' END AS becomes
    FROM shop_orderevent event JOIN shop_order orders ON orders.id = event.order_id
    WHERE kind IN ('paid', 'paid_late', 'not_paid', 'cancelled', 'posted')
), known AS (
    SELECT * FROM told
    UNION ALL
    SELECT id, 0, '', closed_at, CASE status WHEN 'confirmed' THEN 'paid' ELSE fulfilment END
    FROM shop_order WHERE fulfilment <> 'new' AND NOT EXISTS (
        SELECT FROM told WHERE told.order_id = shop_order.id AND becomes NOT IN ('posted', 'ready')
    )
    UNION ALL
    SELECT id, 9223372036854775807, '', coalesce(
        (SELECT max(asked_at) FROM shop_refund refund
            JOIN shop_payment payment ON payment.id = refund.payment_id
            WHERE payment.order_id = shop_order.id),
        posted_at, closed_at), fulfilment
    FROM shop_order WHERE fulfilment <> 'new'
), moves AS (
    SELECT *, lag(becomes, 1, 'new') OVER (PARTITION BY order_id ORDER BY turn) AS was FROM known
)
INSERT INTO shop_fulfilmentmove (order_id, was, becomes, who, at)
SELECT order_id, was, becomes, who, at FROM moves WHERE was <> becomes ORDER BY order_id, turn;

SET CONSTRAINTS ALL IMMEDIATE;
"""

# A move is its row. The order goes where the row says, with the status of its money that belongs
# there, if it is where the row begins; nothing else writes where it is.
TRIGGERS = """
CREATE FUNCTION shop_move_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    money text := CASE NEW.becomes
        WHEN 'new' THEN 'pending' WHEN 'unpaid' THEN 'payment_failed'
        WHEN 'cancelled' THEN 'cancelled' ELSE 'confirmed' END;
BEGIN
    UPDATE shop_order SET
        fulfilment = NEW.becomes,
        status = money,
        closed_at = CASE WHEN status = money THEN closed_at ELSE NEW.at END
    WHERE id = NEW.order_id AND fulfilment = NEW.was;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'An order moves on only from where it is.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER shop_fulfilmentmove_moves
    AFTER INSERT ON shop_fulfilmentmove
    FOR EACH ROW EXECUTE FUNCTION shop_move_order();

CREATE TRIGGER shop_fulfilmentmove_is_final
    BEFORE UPDATE ON shop_fulfilmentmove
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'who' IS DISTINCT FROM to_jsonb(NEW) - 'who'
        OR NEW.who NOT IN (OLD.who, 'erased')
    )
    EXECUTE FUNCTION catalog_refuse('A move of an order is never changed.');

CREATE TRIGGER shop_order_moves_by_moves
    BEFORE UPDATE OF fulfilment ON shop_order
    FOR EACH ROW WHEN (
        pg_trigger_depth() = 0 AND OLD.fulfilment IS DISTINCT FROM NEW.fulfilment
    )
    EXECUTE FUNCTION catalog_refuse('The state of an order changes only by a move.');

CREATE TRIGGER shop_ordernote_is_final
    BEFORE UPDATE ON shop_ordernote
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'who' - 'text' IS DISTINCT FROM to_jsonb(NEW) - 'who' - 'text'
        OR NEW.who NOT IN (OLD.who, 'erased') OR NEW.text NOT IN (OLD.text, '')
    )
    EXECUTE FUNCTION catalog_refuse('A note about an order is never changed.');
"""
BACK = """
DROP TRIGGER shop_ordernote_is_final ON shop_ordernote;
DROP TRIGGER shop_order_moves_by_moves ON shop_order;
DROP TRIGGER shop_fulfilmentmove_is_final ON shop_fulfilmentmove;
DROP TRIGGER shop_fulfilmentmove_moves ON shop_fulfilmentmove;
DROP FUNCTION shop_move_order();
"""

STATES = [
    ("new", "New"),
    ("paid", "Paid"),
    ("picking", "Being picked"),
    ("packed", "Packed"),
    ("ready", "Ready to collect"),
    ("posted", "Posted"),
    ("delivered", "Delivered"),
    ("collected", "Collected"),
    ("returned", "Returned"),
    ("refunded", "Refunded"),
    ("cancelled", "Cancelled"),
    ("unpaid", "Not paid"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0028_refunds_by_two_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FulfilmentMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("was", models.CharField(choices=STATES, max_length=12, verbose_name="from")),
                ("becomes", models.CharField(choices=STATES, max_length=12, verbose_name="to")),
                ("who", models.CharField(max_length=254, verbose_name="who")),
                ("at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "move of an order",
                "verbose_name_plural": "moves of orders",
            },
        ),
        migrations.CreateModel(
            name="OrderNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=1000, verbose_name="note")),
                ("who", models.CharField(max_length=254, verbose_name="who")),
                ("at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "note about an order",
                "verbose_name_plural": "notes about orders",
            },
        ),
        migrations.AddField(
            model_name="order",
            name="fulfilment",
            field=models.CharField(
                choices=STATES,
                db_default="new",
                default="new",
                editable=False,
                max_length=12,
                verbose_name="state",
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
        migrations.AddField(
            model_name="fulfilmentmove",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="moves",
                to="shop.order",
            ),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notes",
                to="shop.order",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="order", name="shop_order_of_guest_by_email"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.db.models.functions.text.Upper("email"),
                condition=models.Q(("erased_at__isnull", True)),
                name="shop_order_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["fulfilment", "id"], name="shop_order_by_fulfilment"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "pending"), ("fulfilment__in", ["new"])),
                    models.Q(
                        ("status", "confirmed"),
                        (
                            "fulfilment__in",
                            [
                                "paid",
                                "picking",
                                "packed",
                                "ready",
                                "posted",
                                "delivered",
                                "collected",
                                "returned",
                                "refunded",
                            ],
                        ),
                    ),
                    models.Q(("status", "payment_failed"), ("fulfilment__in", ["unpaid"])),
                    models.Q(("status", "cancelled"), ("fulfilment__in", ["cancelled"])),
                    _connector="OR",
                ),
                name="shop_order_fulfilment_goes_with_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "fulfilment__in",
                            ["ready", "posted", "delivered", "collected", "returned"],
                        ),
                        _negated=True,
                    ),
                    ("first_posted_at__isnull", False),
                    _connector="OR",
                ),
                name="shop_order_sent_has_a_parcel",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("is_collected", True),
                        models.Q(("fulfilment__in", ["posted", "delivered"]), _negated=True),
                    ),
                    models.Q(
                        ("is_collected", False),
                        models.Q(("fulfilment__in", ["ready", "collected"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="shop_order_collected_or_posted",
            ),
        ),
        migrations.AddIndex(
            model_name="fulfilmentmove",
            index=models.Index(fields=["order", "id"], name="shop_fulfilmentmove_by_order"),
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
                    models.Q(("becomes__in", ["cancelled"]), ("was", "refunded")),
                    _connector="OR",
                ),
                name="shop_fulfilmentmove_is_legal",
            ),
        ),
        migrations.AddIndex(
            model_name="ordernote",
            index=models.Index(fields=["order", "id"], name="shop_ordernote_by_order"),
        ),
        migrations.RunSQL(TRIGGERS, BACK),
        # All rows are new; without this the first counts of open orders would read them all.
        migrations.RunSQL("ANALYZE shop_order", migrations.RunSQL.noop),
    ]
