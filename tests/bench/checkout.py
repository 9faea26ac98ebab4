"""Orders a second: through the shop, and the same statements sent bare. Ends `make bench`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Sum
from django.test import Client
from django.utils import timezone
from rich.console import Console

from catalog.models import StockMovement
from shop.models import CartItem, Order, OrderItem

from . import catalogues, pgbench
from .counters import Statement
from .locks import lock_times
from .recording import Names, script, statements_of
from .shoppers import MOST_LINES, Crowd, Crowds, fill_shelves
from .targets import HOT, UNIFORM
from .web import LoadFailed, Web, running

ADDRESS = "/checkout/payment/"
CONNECTIONS = pgbench.CLIENTS
# Of a kind of run: whether one book is in all baskets.
KINDS = {UNIFORM: False, HOT: True}
SECONDS = 5
ROUNDS = 2
# More than a run can use up.
SHOPPERS, BARE_SHOPPERS = 500 * SECONDS, 4_000 * SECONDS
TO_WARM_UP, SECONDS_TO_WARM_UP = 1_000, 2
TO_LOCK = 400
SECONDS_TO_SETTLE = 1
_ORDER = Path(__file__).with_name("order.lua")
# Keys that are as long as no other number in a statement.
_LONG_KEYS = """
SELECT setval(pg_get_serial_sequence('shop_order', 'id'), 1000000000),
    setval(pg_get_serial_sequence('shop_payment', 'id'), 2000000000)
"""
# Whether the copies of any book are not the sum of its movements.
_OFF_THE_LEDGER = """
SELECT EXISTS (
    SELECT FROM catalog_book book LEFT JOIN LATERAL (
        SELECT sum(quantity) AS copies FROM catalog_stockmovement WHERE book_id = book.id
    ) moved ON true WHERE book.stock IS DISTINCT FROM moved.copies
)
"""


@dataclass(frozen=True)
class Rate:
    """Checkouts a second, and milliseconds of the processor for each."""

    a_second: float
    python: float
    postgres: float


type Recorded = tuple[list[Statement], Names]


def main(output: str) -> None:
    """Write the figures of the checkout as JSON to the file `output`."""
    try:
        found = _measured()
    except KeyboardInterrupt:
        sys.exit(130)
    except LoadFailed as error:
        sys.exit(str(error))
    Path(output).write_text(json.dumps(found, indent=2))


def _measured() -> dict[str, Any]:
    now = timezone.now()
    fill_shelves(now)
    crowds = Crowds(now)
    client = Client(enforce_csrf_checks=True)
    recorded = _recorded(client, crowds)
    locked = crowds.through_the_shop(TO_LOCK)
    lock = lock_times([partial(order, client, form) for form in locked.forms])
    server = catalogues.Server(catalogues.FOLDER / "postgres")
    database = str(connection.settings_dict["NAME"])
    with running(database, catalogues.postmaster(server), with_cache=True) as web:
        rates = _rates(web, crowds, recorded)
    statements = [len(sent) for sent, _names in recorded]
    return {"statements": statements, "lock": asdict(lock), "rates": rates}


def order(client: Client, form: str) -> Order:
    """Send a payment form as its shopper. LoadFailed if it does not become an order."""
    cookies, _tab, body = form.partition("\t")
    client.cookies.load(cookies)
    answer = client.post(ADDRESS, body, content_type="application/x-www-form-urlencoded")
    if answer.status_code != 302 or "demo-payment" not in answer["Location"]:
        raise LoadFailed(f"No order: {answer.status_code} {answer.headers.get('Location', '')}")
    return Order.objects.get(number=answer["Location"].split("/")[2])


def _recorded(client: Client, crowds: Crowds) -> list[Recorded]:
    """Checkouts of one, two and three books, once others have warmed up the process."""
    with connection.cursor() as cursor:
        cursor.execute(_LONG_KEYS)
    forms = crowds.through_the_shop(2 * MOST_LINES).forms
    for form in forms[:MOST_LINES]:
        order(client, form)
    return [record(client, form) for form in forms[MOST_LINES:]]


def record(client: Client, form: str) -> Recorded:
    """What one checkout sends, and what of it is its own."""
    placed: list[Order] = []
    # The last statement looks the order up for us.
    statements = statements_of(lambda: placed.append(order(client, form)))[:-1]
    return statements, _names(placed[0])


def _names(order: Order) -> Names:
    payment = order.payments.get()
    shopper = order.cart_id
    books = order.items.order_by("book_id").values_list("book_id", flat=True)
    keys = {book: f":book{place}::bigint" for place, book in enumerate(books, 1)}
    keys |= {shopper: ":shopper::bigint", order.pk: ":order_id::bigint"}
    keys |= {payment.pk: ":payment_id::bigint"}
    texts = {str(shopper): ":shopper::text", order.number: ":shopper::text"}
    uuids = (order.cart.token, order.idempotency_key, payment.key)
    texts |= {
        str(value): f"lpad(:shopper::text, 32, '{sign}')"
        for value, sign in zip(uuids, "0ab", strict=True)
    }
    return Names(keys, texts)


def _rates(web: Web, crowds: Crowds, recorded: Sequence[Recorded]) -> dict[str, dict[str, Any]]:
    """Checkouts of uniform books and of one hot book, through the shop and sent bare.

    All run by turns, twice, and the better run counts.
    """
    _through_the_shop(web, crowds.through_the_shop(TO_WARM_UP), SECONDS_TO_WARM_UP)
    kinds = list(KINDS.items()) * ROUNDS
    prepared = [
        (
            name,
            crowds.through_the_shop(SHOPPERS, is_hot=hot),
            crowds.bare(BARE_SHOPPERS, is_hot=hot),
        )
        for name, hot in kinds
    ]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    best: dict[str, dict[str, Any]] = {}
    for name, shoppers, bare in prepared:
        runs = {"shop": _through_the_shop(web, shoppers), "bare": _bare(web, bare, recorded)}
        told = ", ".join(f"{kind} {run.a_second:.0f}" for kind, run in runs.items())
        Console(stderr=True).print(f"checkout, {name}: {told} orders a second")
        found = best.setdefault(name, {})
        for kind, run in runs.items():
            if kind not in found or run.a_second > found[kind]["a_second"]:
                found[kind] = asdict(run)
    return best


def _through_the_shop(web: Web, crowd: Crowd, seconds: int = SECONDS) -> Rate:
    before = web.used()
    told = web.run_wrk(_ORDER, crowd.forms, seconds=seconds, connections=CONNECTIONS)
    # What was on its way when wrk ended is placed as well.
    time.sleep(SECONDS_TO_SETTLE)
    if told["failed"]:
        raise LoadFailed(f"{told['failed']} forms became no order, the last: {told['example']}")
    placed = _placed_by(crowd)
    if not told["ordered"] <= placed["orders"] <= told["ordered"] + CONNECTIONS:
        raise LoadFailed(f"{told['ordered']} orders were answered and {placed['orders']} placed.")
    took = (placed["last"] - placed["first"]).total_seconds()
    return _rate((placed["orders"] - 1) / took, placed["orders"], before, web.used())


def _bare(web: Web, crowd: Crowd, recorded: Sequence[Recorded]) -> Rate:
    scripts = [
        pgbench.choosing(lines, is_hot=crowd.is_hot) + script(statements, names)
        for lines, (statements, names) in enumerate(recorded, 1)
    ]
    before = web.used()
    told = pgbench.run(scripts, crowd, SECONDS)
    orders = _placed_by(crowd)["orders"]
    if orders != told.checkouts:
        raise LoadFailed(f"pgbench counted {told.checkouts} orders and placed {orders}.")
    return _rate(told.a_second, orders, before, web.used())


def _rate(
    a_second: float, orders: int, before: tuple[float, float], after: tuple[float, float]
) -> Rate:
    python, postgres = (
        (then - earlier) * 1000 / orders for earlier, then in zip(before, after, strict=True)
    )
    return Rate(a_second, python, postgres)


def _placed_by(crowd: Crowd) -> dict[str, Any]:
    """How many orders a crowd has placed, and when. LoadFailed if baskets or books do not agree."""
    whose = {"cart_id__gte": crowd.first, "cart_id__lte": crowd.last}
    orders = Order.objects.filter(**whose)
    if CartItem.objects.filter(**whose, cart__in=orders.values("cart")).exists():
        raise LoadFailed("Somebody has ordered and still has a basket.")
    sold = OrderItem.objects.filter(order__in=orders).aggregate(copies=Sum("quantity"))
    sales = StockMovement.objects.filter(order_number__in=orders.values("number"))
    taken = sales.aggregate(copies=-Sum("quantity"))
    if sold != taken or _books_off_the_ledger():
        raise LoadFailed("The books that are there are not those that were not sold.")
    placed = orders.aggregate(orders=Count("pk"), first=Min("placed_at"), last=Max("placed_at"))
    if placed["orders"] < 2:
        raise LoadFailed("Next to nothing was ordered.")
    return placed


def _books_off_the_ledger() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_OFF_THE_LEDGER)
        return cursor.fetchone()[0]
