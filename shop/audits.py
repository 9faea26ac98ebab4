"""What of orders and their money `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check

from .audits_around_orders import CHECKS as AROUND_ORDERS
from .audits_of_feeds import CHECKS as OF_FEEDS
from .models import FulfilmentMove, Order, OrderItem, Payment, RefundRequest

SUMS = """
SELECT orders.id, orders.number, orders.total,
    coalesce(lines.gross, 0), orders.delivery_total, coalesce(lines.discount, 0),
    orders.tax_total, orders.delivery_tax + coalesce(lines.tax, 0)
FROM shop_order orders
LEFT JOIN (
    SELECT order_id, sum(unit_price * quantity) AS gross, sum(discount) AS discount, sum(tax) AS tax
    FROM shop_orderitem GROUP BY order_id
) lines ON lines.order_id = orders.id
WHERE (orders.items_total, orders.discount_total, orders.total, orders.tax_total)
    IS DISTINCT FROM (
        coalesce(lines.gross, 0),
        coalesce(lines.discount, 0),
        coalesce(lines.gross, 0) + orders.delivery_total - coalesce(lines.discount, 0),
        orders.delivery_tax + coalesce(lines.tax, 0)
    )
ORDER BY orders.id
"""

# An order holds its copies while it is open or paid for, but for those that came back one by one.
# When it is cancelled, what was paid back before and kept by the shopper stays away.
COPIES = """
WITH moved AS (
    SELECT order_number, book_id, -sum(quantity) AS copies FROM catalog_stockmovement
    WHERE order_number <> '' GROUP BY order_number, book_id
), refunded AS (
    SELECT lines.item_id,
        coalesce(sum(lines.copies) FILTER (WHERE lines.is_restocked AND again.id IS NULL), 0) AS back,
        coalesce(sum(lines.copies) FILTER (WHERE NOT lines.is_restocked), 0) AS kept
    FROM shop_refunditem lines LEFT JOIN shop_refund again ON again.again_of_id = lines.refund_id
    GROUP BY lines.item_id
), expected AS (
    SELECT item.id, orders.number, orders.status, item.book_id,
        CASE WHEN orders.status IN ('pending', 'confirmed')
            THEN item.quantity - coalesce(refunded.back, 0) ELSE 0 END AS least,
        CASE WHEN orders.status IN ('pending', 'confirmed')
            THEN item.quantity - coalesce(refunded.back, 0)
            WHEN orders.status = 'cancelled' THEN coalesce(refunded.kept, 0) ELSE 0 END AS most
    FROM shop_orderitem item JOIN shop_order orders ON orders.id = item.order_id
    LEFT JOIN refunded ON refunded.item_id = item.id
)
SELECT expected.id, expected.number, expected.status, expected.book_id,
    coalesce(moved.copies, 0), expected.most
FROM expected LEFT JOIN moved
    ON moved.order_number = expected.number AND moved.book_id = expected.book_id
WHERE coalesce(moved.copies, 0) NOT BETWEEN expected.least AND expected.most
ORDER BY expected.id
"""

REFUNDED = """
SELECT payment.id, orders.number, payment.refunded, coalesce(refunds.amount, 0)
FROM shop_payment payment JOIN shop_order orders ON orders.id = payment.order_id
LEFT JOIN (
    SELECT payment_id, sum(amount) AS amount FROM shop_refund
    WHERE status <> 'failed' GROUP BY payment_id
) refunds ON refunds.payment_id = payment.id
WHERE payment.refunded <> coalesce(refunds.amount, 0)
ORDER BY payment.id
"""

# Of a paid order money goes back because staff or shopper chose so, and then it earned less. All
# other money goes back because no order is for it: the shop has it only if that refund failed.
KEPT = """
WITH paid AS (
    SELECT order_id, sum(paid - refunded) AS kept FROM shop_payment
    WHERE status = 'paid' GROUP BY order_id
), refunds AS (
    SELECT payment.order_id,
        sum(refund.amount) FILTER (WHERE chosen AND refund.status <> 'failed') AS chosen,
        sum(refund.amount) FILTER (
            WHERE refund.status = 'failed' AND (orders.status <> 'confirmed' OR NOT chosen)
        ) AS failed
    FROM (
        SELECT *, reason IN ('withdrawn', 'returned', 'goodwill') AS chosen FROM shop_refund
    ) refund
    JOIN shop_payment payment ON payment.id = refund.payment_id
    JOIN shop_order orders ON orders.id = payment.order_id
    GROUP BY payment.order_id
), expected AS (
    SELECT orders.id, orders.number, orders.status,
        CASE WHEN orders.status = 'confirmed'
            THEN orders.total - coalesce(refunds.chosen, 0) ELSE 0 END AS earned,
        coalesce(refunds.failed, 0) AS failed, coalesce(paid.kept, 0) AS kept
    FROM shop_order orders
    LEFT JOIN paid ON paid.order_id = orders.id
    LEFT JOIN refunds ON refunds.order_id = orders.id
)
SELECT id, number, status, kept, earned, failed FROM expected
WHERE kept NOT BETWEEN earned AND earned + failed
ORDER BY id
"""

# A request and its refund have one key. A cancellation gives back what was left, by other refunds.
AGREED = """
SELECT request.id, orders.number, request.status, request.amount, coalesce(refund.amount, 0)
FROM shop_refundrequest request JOIN shop_order orders ON orders.id = request.order_id
LEFT JOIN shop_refund refund ON refund.key = request.key
WHERE NOT request.is_cancellation AND coalesce(refund.amount, 0) <>
    CASE WHEN request.status IN ('approved', 'alone') THEN request.amount ELSE 0 END
ORDER BY request.id
"""

# An order without a move is new.
WHERE_IT_IS = """
SELECT orders.id, orders.number, orders.fulfilment, last.becomes
FROM shop_order orders JOIN LATERAL (
    SELECT becomes FROM shop_fulfilmentmove move WHERE move.order_id = orders.id
    ORDER BY id DESC LIMIT 1
) last ON true
WHERE last.becomes <> orders.fulfilment
UNION ALL
SELECT id, number, fulfilment, 'new' FROM shop_order orders
WHERE fulfilment <> 'new' AND NOT EXISTS (
    SELECT FROM shop_fulfilmentmove move WHERE move.order_id = orders.id
)
ORDER BY id
"""

# Each row begins where the one before it ended.
MOVES_IN_A_CHAIN = """
SELECT id, number, was, before FROM (
    SELECT move.id, orders.number, move.was,
        lag(becomes, 1, 'new') OVER (PARTITION BY order_id ORDER BY move.id) AS before
    FROM shop_fulfilmentmove move JOIN shop_order orders ON orders.id = move.order_id
) moves WHERE was <> before ORDER BY id
"""

# All of an order has left when it is sent: the time to withdraw is counted from its last parcel.
PARCELS = """
SELECT id, number, fulfilment, posted_at FROM shop_order
WHERE posted_at IS NOT NULL AND fulfilment IN ('paid', 'picking', 'packed')
    OR posted_at IS NULL
    AND fulfilment IN ('ready', 'posted', 'delivered', 'collected', 'returned')
ORDER BY id
"""

CHECKS = [
    Check(
        "order-sums",
        "An order comes to its lines and delivery, less its discount",
        of=Order,
        differing=SUMS,
        says="order {} ({}): total {}; lines {}, delivery {}, discount {}; tax {}, by line {}",
    ),
    Check(
        "order-copies",
        "An order has the copies in the ledger that it should have",
        of=OrderItem,
        differing=COPIES,
        says="order line {} ({}, {}), book {}: {} copies in the ledger, should be {}",
    ),
    Check(
        "refunds",
        "What was refunded of a payment is the sum of its refunds",
        of=Payment,
        differing=REFUNDED,
        says="payment {} of order {}: refunded {}, its refunds {}",
    ),
    Check(
        "money",
        "Of what was paid, the shop has what the order earned",
        of=Order,
        differing=KEPT,
        says="order {} ({}, {}): kept {}, earned {}, refunds that failed {}",
    ),
    Check(
        "requests",
        "What staff gave back is what was agreed to, and no more",
        of=RefundRequest,
        differing=AGREED,
        says="request {} for order {} ({}): asked for {}, its refund {}",
    ),
    Check(
        "order-states",
        "An order is where its last move took it",
        of=Order,
        differing=WHERE_IT_IS,
        says="order {} ({}): {}, its moves end at {}",
    ),
    Check(
        "order-moves",
        "Each move of an order begins where the last one ended",
        of=FulfilmentMove,
        differing=MOVES_IN_A_CHAIN,
        says="move {} of order {}: from {}, was {}",
    ),
    Check(
        "parcels",
        "An order whose last parcel has left is sent, and no other is",
        of=Order,
        differing=PARCELS,
        says="order {} ({}): {}, posted at {}",
    ),
    *AROUND_ORDERS,
    *OF_FEEDS,
]
