"""Two years of orders in a large catalogue, for the pages that sum them up. They are written by SQL."""

from __future__ import annotations

import psycopg

ORDERS, DAYS = 200_000, 730

# One to three lines each; few books sell much, and most of them hardly ever.
_LINES = """
CREATE TEMPORARY TABLE lines AS
SELECT DISTINCT ON (number, book_id) number, book_id, copies, title, ean, coalesce(price, 9.99) AS price
FROM (
    SELECT number, 1 + floor(power(random(), 3) * %(books)s)::bigint AS book_id,
        1 + (random() < 0.15)::int AS copies
    FROM generate_series(1, %(orders)s) number,
        LATERAL generate_series(1, 1 + floor(random() * 3 + number * 0)::int)
) wanted JOIN catalog_book ON catalog_book.id = book_id
ORDER BY number, book_id
"""
# Of a hundred orders four were cancelled, five not paid, and a few of the last are open still.
_ORDERS = """
INSERT INTO shop_order (
    id, number, idempotency_key, status, placed_at, pay_by, closed_at, email, name, line1, line2,
    city, postcode, country, phone, currency, delivery_name, items_total, delivery_total, total,
    tracking, district, region, fulfilment, first_posted_at, posted_at, expected_on
)
SELECT number, 'N' || number, gen_random_uuid(), status, placed, placed + interval '1 hour',
    CASE WHEN status <> 'pending' THEN placed + interval '3 minutes' END,
    'reader' || number || '@example.org', 'Nadia Rahman', '1 Some Street', '', 'Bristol', 'BS1 4ZZ',
    'GB', '', 'GBP', 'By post', items, 2.95, items + 2.95, '', '', '',
    CASE status WHEN 'pending' THEN 'new' WHEN 'payment_failed' THEN 'unpaid'
        WHEN 'confirmed' THEN CASE WHEN is_sent THEN 'delivered' ELSE 'paid' END ELSE status END,
    CASE WHEN is_sent THEN placed + interval '1 day' END,
    CASE WHEN is_sent THEN placed + interval '1 day' END,
    CASE WHEN is_sent THEN placed::date + 3 END
FROM (
    SELECT number, sum(price * copies) AS items,
        now() - %(days)s * interval '1 day' * (1 - number::float / %(orders)s) AS placed,
        CASE WHEN number > %(orders)s - 60 AND number %% 4 = 0 THEN 'pending'
            WHEN number %% 25 = 0 THEN 'cancelled' WHEN number %% 20 = 1 THEN 'payment_failed'
            ELSE 'confirmed' END AS status
    FROM lines GROUP BY number
) placed, LATERAL (SELECT status = 'confirmed' AND number <= %(orders)s - 1000 AS is_sent) sent
"""
_ITEMS = """
INSERT INTO shop_orderitem (title, ean, unit_price, quantity, book_id, order_id)
SELECT title, ean, price, copies, book_id, number FROM lines ORDER BY number
"""
_PAYMENTS = """
INSERT INTO shop_payment (
    provider, key, reference, charge, url, status, amount, currency, paid, refunded, opened_at,
    settled_at, order_id
)
SELECT 'demo', gen_random_uuid(), 'r' || id, 'c' || id, '', 'paid', total, 'GBP', total,
    CASE WHEN id %% 20 = 3 THEN 5 ELSE 0 END, placed_at, closed_at, id
FROM shop_order WHERE status = 'confirmed' ORDER BY id
"""
_REFUNDS = """
INSERT INTO shop_refund (
    key, amount, delivery, status, reason, note, reference, asked_at, done_at, who, attempts,
    last_error, payment_id
)
SELECT gen_random_uuid(), refunded, 0, 'done', 'returned', '', '', back, back, 'the bench', 1, '', id
FROM shop_payment, LATERAL (SELECT least(settled_at + interval '5 days', now()) AS back)
WHERE refunded > 0
"""
_NEXT = "SELECT setval(pg_get_serial_sequence('shop_order', 'id'), %(orders)s)"


def make_orders(connection: psycopg.Connection, books: int) -> None:
    """Write them, unless there are some. No trigger runs, and the ledger of stock is not told."""
    if connection.execute("SELECT FROM shop_order LIMIT 1").fetchone() is not None:
        return
    sizes = {"books": books, "orders": ORDERS, "days": DAYS}
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for statement in (_LINES, _ORDERS, _ITEMS, _PAYMENTS, _REFUNDS, _NEXT):
            connection.execute(statement, sizes)
        connection.execute("DROP TABLE lines")
