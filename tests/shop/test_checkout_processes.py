"""Many shoppers at once in several processes, some of which are killed at what they do."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from shop.models import CartItem, Invoice, Order, OrderItem, Refund
from shop.providers.base import State
from shop.services import checkout
from tests.conftest import IN_CI
from tests.crew import Broke, Crew
from tests.factories import BookFactory, receive
from tests.processes import wait_for

from .audit import copies_by_book, invoice_numbers, wrong_books, wrong_orders
from .shoppers import (
    LONG_AFTER,
    Bank,
    Customer,
    Visit,
    customers_of,
    fill_basket,
    tell,
    visit,
    work_of_a_minute,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SHOPPERS = 200 if IN_CI else 60
PROCESSES = 8
EVERY_SECOND = 1.0


@dataclass(frozen=True)
class Run:
    bank: Bank
    visits: dict[Customer, Visit | Broke]
    kills: int
    deadlocks: int


@pytest.mark.parametrize(
    "kill_every",
    [
        pytest.param(None, id="unharmed", marks=pytest.mark.deep),
        pytest.param(EVERY_SECOND, id="killed"),
    ],
)
@pytest.mark.parametrize(
    "hot",
    [
        pytest.param(False, id="twenty-books", marks=pytest.mark.deep),
        pytest.param(True, id="one-hot-book"),
    ],
)
def test_nothing_is_lost_and_nothing_sold_twice(delivery, tmp_path, hot, kill_every):
    run = sell(tmp_path, hot=hot, kill_every=kill_every)
    assert wait_for(no_transaction_is_open, 10)
    settle(run)

    assert [visit for visit in run.visits.values() if isinstance(visit, Broke)] == []
    assert run.deadlocks == 0
    assert run.kills >= 3 or kill_every is None
    assert unexplained_refusals(run) == []
    assert wrong_books() == []
    assert wrong_orders() == []
    assert wrong_customers(run) == []
    assert taken_by(run.bank) == kept_by_the_shop() > 0
    assert invoice_numbers() == list(range(1, Invoice.objects.count() + 1))


def sell(folder: Path, *, hot: bool, kill_every: float | None) -> Run:
    """Twenty books in half as many copies as are wanted, and everybody comes at once."""
    books = BookFactory.create_batch(20, stock=0)
    customers = customers_of(books, count=SHOPPERS, hot=hot)
    demand = sum((Counter(dict(customer.wanted)) for customer in customers), Counter[int]())
    for book in books:
        receive(book, max(demand[book.pk] // 2, 2))
    for customer in customers:
        fill_basket(customer)
    bank, before = Bank(folder / "bank"), deadlocks()
    crew = Crew(partial(visit, bank=bank), customers, size=PROCESSES, kill_every=kill_every)
    crew.run()
    return Run(bank, crew.outcomes, crew.kills, deadlocks() - before)


def settle(run: Run) -> None:
    """The bank repeats all it has said, some pay too late, and the worker ends what is left open."""
    for event in run.bank.messages():
        tell(event)
    work_of_a_minute()
    given_up = Order.objects.filter(status=Order.Status.PAYMENT_FAILED).order_by("pk")
    for order in given_up[::2]:
        tell(run.bank.decide(order.payments.get(), State.DONE))
    work_of_a_minute(after=LONG_AFTER)


def deadlocks() -> int:
    """How many the database has had to break up."""
    return _ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


def no_transaction_is_open() -> bool:
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    return not _ask(f"SELECT count(xact_start) FROM pg_stat_activity WHERE {others}")


def _ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def unexplained_refusals(run: Run) -> list[str]:
    """Those that name no book and do not tell what is true of the basket of somebody who came again."""
    told = [text for visit in run.visits.values() for text in visit.refusals]
    assert told, "there is only half of what they want"
    # A book has come back since they looked; or they had laid aside all they wanted when killed.
    of_baskets = {str(checkout.BasketChanged()), str(checkout.BasketIsEmpty())}
    return [text for text in told if "“Book " not in text and text not in of_baskets]


def wrong_customers(run: Run) -> list[Customer]:
    """Those with an order too many or unknown to them, or whose books are not there and not sold."""
    return [customer for customer, visit in run.visits.items() if not _is_served(customer, visit)]


def _is_served(customer: Customer, visit: Visit) -> bool:
    orders = Order.objects.filter(cart__token=customer.shopper.token)
    in_basket = CartItem.objects.filter(cart__token=customer.shopper.token)
    ordered = OrderItem.objects.filter(order__in=orders.exclude(status="payment_failed"))
    found = Counter(dict(copies_by_book(in_basket))) + Counter(dict(copies_by_book(ordered)))
    numbers = [order.number for order in orders]
    return numbers == [visit.order] * bool(visit.order) and found == dict(customer.wanted)


def taken_by(bank: Bank) -> Decimal:
    """What the bank has taken by its own book, less what it was asked to give back."""
    taken = sum((event.word.paid for event in bank.messages() if event.word), Decimal(0))
    back = Refund.objects.filter(status=Refund.Status.DONE).aggregate(sum=Sum("amount"))["sum"]
    return taken - (back or 0)


def kept_by_the_shop() -> Decimal:
    confirmed = Order.objects.filter(status=Order.Status.CONFIRMED)
    return confirmed.aggregate(sum=Sum("total"))["sum"]
