"""What of held copies, baskets, vouchers and invoices `manage.py audit` proves."""

from bookstore.auditing import Check
from waitlist.models import PreBooking

from .models import CartItem, Invoice, Order, Voucher

# The worker looks every minute (shop/services/payments.py).
UNPAID = """
SELECT id, number, pay_by FROM shop_order
WHERE status = 'pending' AND pay_by < now() - interval '1 hour'
ORDER BY id
"""

# A place names the order that took its copy, from its placing until it is given up, and the line of
# that order names the place. The line of an order that was given up goes on naming it.
IN_ONE_ORDER = """
SELECT place.id, place.book_id, place.state, place.order_number,
    coalesce(orders.status, 'not there') AS status
FROM waitlist_prebooking place LEFT JOIN (
    shop_order orders JOIN shop_orderitem line ON line.order_id = orders.id
) ON orders.number = place.order_number AND line.pre_booking_id = place.id
WHERE place.order_number <> '' AND CASE place.state
    WHEN 'offered' THEN orders.status IS DISTINCT FROM 'pending'
    ELSE coalesce(orders.status, '') NOT IN ('confirmed', 'cancelled') END
UNION ALL
SELECT place.id, place.book_id, place.state, orders.number, orders.status
FROM shop_order orders JOIN shop_orderitem line ON line.order_id = orders.id
JOIN waitlist_prebooking place ON place.id = line.pre_booking_id
WHERE orders.status = 'pending' AND place.order_number <> orders.number
ORDER BY 1, 4
"""

BASKETS = """
SELECT line.id, line.book_id, place.id, place.book_id
FROM shop_cartitem line JOIN waitlist_prebooking place ON place.id = line.held_id
WHERE line.book_id <> place.book_id
ORDER BY line.id
"""

# Uses are counted under a lock, by the limits of the time. A limit that staff have set since the
# last use may be below the number of uses.
VOUCHERS = """
WITH uses AS (
    SELECT voucher_id, upper(email) AS email, placed_at FROM shop_order
    WHERE voucher_id IS NOT NULL AND status IN ('pending', 'confirmed')
), counted AS (
    SELECT voucher_id, 'all shoppers' AS whose, count(*) AS times, max(placed_at) AS last_at
    FROM uses GROUP BY voucher_id
    UNION ALL
    SELECT voucher_id, 'one shopper', count(*), max(placed_at)
    FROM uses WHERE email <> '' GROUP BY voucher_id, email
)
SELECT voucher.id, voucher.code, times, whose, most
FROM counted JOIN shop_voucher voucher ON voucher.id = counted.voucher_id, LATERAL (
    SELECT CASE whose WHEN 'one shopper' THEN most_uses_each ELSE most_uses END AS most
) allowed
WHERE times > most AND NOT EXISTS (
    SELECT FROM django_admin_log entry JOIN django_content_type kind
        ON kind.id = entry.content_type_id
    WHERE (kind.app_label, kind.model) = ('shop', 'voucher')
        AND entry.object_id = voucher.id::text AND entry.action_time >= last_at
)
ORDER BY voucher.id, whose, times
"""

# Counter and invoice are written in one transaction (shop/services/invoices.py).
INVOICES = """
WITH line AS (
    SELECT id, number, lag(number, 1, 0::bigint) OVER (ORDER BY number) AS before FROM shop_invoice
), ends AS (
    SELECT coalesce(max(number), 0) AS number, (SELECT coalesce(max(last), 0) FROM shop_invoicecounter)
        AS counter FROM shop_invoice
)
SELECT id, 'invoice ' || id || ': number ' || number || ' comes after ' || before AS words
FROM line WHERE number <> before + 1
UNION ALL
SELECT coalesce((SELECT id FROM line ORDER BY number DESC LIMIT 1), 0),
    'the last invoice has number ' || number || ', and the counter stands at ' || counter
FROM ends WHERE number <> counter
ORDER BY 1, 2
"""

CHECKS = [
    Check(
        "unpaid",
        "An order that nobody paid for in time is given up within the hour",
        of=Order,
        differing=UNPAID,
        says="order {} ({}): to be paid by {:%Y-%m-%d %H:%M %Z}, and still waits",
    ),
    Check(
        "held-once",
        "A held copy is in the one order that took it",
        of=PreBooking,
        differing=IN_ONE_ORDER,
        says="place {} for book {} ({}): in order {}, which is {}",
    ),
    Check(
        "baskets",
        "A held copy in a basket is of the book of its line",
        of=CartItem,
        differing=BASKETS,
        says="basket line {} of book {}: held for place {}, of book {}",
    ),
    Check(
        "vouchers",
        "No voucher was used more often than it may be",
        of=Voucher,
        differing=VOUCHERS,
        says="voucher {} ({}): used {} times by {}, at the most {}",
    ),
    Check(
        "invoices",
        "Invoices have numbers without a gap",
        of=Invoice,
        differing=INVOICES,
        says="{1}",
    ),
]
