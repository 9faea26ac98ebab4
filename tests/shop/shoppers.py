"""What shoppers do from the basket to the money, in a way that can be broken off and begun again."""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from catalog.models import Book
from shop import cart
from shop.cart import Shopper
from shop.models import Order, Payment
from shop.providers.base import Event, State
from shop.providers.demo import DemoProvider
from shop.services import cancelling, checkout, payments, refunds

from .conftest import fill, place

# What becomes of the order, one after another by the number of the shopper.
WAYS = ("pay", "decline", "pay", "told twice", "cancel", "walk away", "pay", "time passes")
TIME_TO_PAY_IS_OVER = timedelta(minutes=31)
# By then nobody holds anything any more that a killed process had begun.
LONG_AFTER = timedelta(hours=1)
# Seconds to the database and back, as to another machine, and for which a lock is held the longer:
# so more is broken off halfway, and more people wait for one another.
DISTANCE, HOLDING = 0.005, 0.025


@dataclass(frozen=True)
class Customer:
    """A shopper, what is in their basket, {book id: copies} in pairs, and the form they send."""

    number: int
    wanted: tuple[tuple[int, int], ...]
    shopper: Shopper = field(default_factory=lambda: Shopper(token=uuid.uuid4()))
    form_key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def way(self) -> str:
        return WAYS[self.number % len(WAYS)]


@dataclass(frozen=True)
class Visit:
    """What came of it: the number of the order if there is one, and what the shopper was told."""

    order: str
    refusals: tuple[str, ...]


class Bank:
    """The demo's bank with an account book of its own, a file for each attempt at paying.

    So it knows what it has taken even if the shop was killed before it heard of it, and a shopper
    who comes again to an attempt that is decided is not asked again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def decide(self, payment: Payment, state: State) -> Event:
        """The shopper says what becomes of an attempt, once; returns the bank's message of it."""
        page = self.folder / str(payment.key)
        if not page.exists():
            body, headers = DemoProvider().message(payment, state, timezone.now())
            draft = page.with_suffix(f".{os.getpid()}")
            draft.write_bytes(body + b"\n" + headers["Demo-Signature"].encode())
            draft.rename(page)
        return _read(page)

    def messages(self) -> list[Event]:
        return [_read(page) for page in sorted(self.folder.iterdir()) if not page.suffix]


def _read(page: Path) -> Event:
    body, signature = page.read_bytes().split(b"\n")
    headers = {"Demo-Signature": signature.decode()}
    return DemoProvider().read_event(body, headers, timezone.now())


def tell(event: Event) -> None:
    payments.receive(provider="demo", event=event, now=timezone.now())


def customers_of(books: list[Book], *, count: int, hot: bool) -> list[Customer]:
    """Shoppers who want one to three of the books; of a hot one, the first, each wants a copy."""
    dice = random.Random(7)
    customers = []
    for number in range(count):
        chosen = dice.sample(books[1:4], dice.randint(0, 2)) if hot else []
        chosen = [books[0], *chosen] if hot else dice.sample(books, dice.randint(1, 3))
        wanted = tuple((book.pk, 1 if hot else dice.randint(1, 2)) for book in chosen)
        customers.append(Customer(number, wanted))
    return customers


def fill_basket(customer: Customer) -> None:
    books = Book.objects.in_bulk(dict(customer.wanted))
    for book_id, copies in customer.wanted:
        fill(customer.shopper, books[book_id], quantity=copies)


def visit(customer: Customer, bank: Bank) -> Visit:
    """Order, a second time without what is short, and do with the order what this shopper does."""
    with _far_from_the_database():
        refusals: list[str] = []
        order = _order(customer, refusals)
        if order is not None:
            act: Callable[[Order, Bank], None] = _ACTS[customer.way]
            act(order, bank)
        return Visit(order.number if order else "", tuple(refusals))


def _order(customer: Customer, refusals: list[str]) -> Order | None:
    for _attempt in range(2):
        try:
            return place(customer.shopper, form_key=customer.form_key)
        except checkout.CannotPlaceOrder as refusal:
            refusals.append(str(refusal))
            if not _lay_aside_what_is_short(customer.shopper):
                return None
    return None


def _lay_aside_what_is_short(shopper: Shopper) -> bool:
    """Whether anything is left to be ordered."""
    for line in cart.basket_of(shopper).lines:
        if not line.can_buy:
            cart.save_for_later(shopper=shopper, item_id=line.pk, now=timezone.now())
    return bool(cart.basket_of(shopper).lines)


def _pay(order: Order, bank: Bank) -> None:
    tell(bank.decide(order.payments.latest("pk"), State.DONE))


def _decline(order: Order, bank: Bank) -> None:
    tell(bank.decide(order.payments.latest("pk"), State.FAILED))


def _pay_and_be_told_twice(order: Order, bank: Bank) -> None:
    _pay(order, bank)
    _pay(order, bank)


def _pay_and_cancel(order: Order, bank: Bank) -> None:
    _pay(order, bank)
    if Order.objects.get(pk=order.pk).is_confirmed:
        cancelling.cancel_order(number=order.number, who="a shopper", now=timezone.now())


def _walk_away(order: Order, bank: Bank) -> None:
    """The order waits, and is given up some time."""


def _let_time_pass(order: Order, bank: Bank) -> None:
    """Pay while the shop gives up whatever waits at this moment, as it does half an hour later."""
    work_of_a_minute()
    _pay(order, bank)


_ACTS = {
    "pay": _pay,
    "decline": _decline,
    "told twice": _pay_and_be_told_twice,
    "cancel": _pay_and_cancel,
    "walk away": _walk_away,
    "time passes": _let_time_pass,
}


def work_of_a_minute(after: timedelta = TIME_TO_PAY_IS_OVER) -> None:
    """What the worker does by the clock, when the time to pay is over for all that waits."""
    later = timezone.now() + after
    payments.expire_unpaid_orders(now=later)
    payments.close_left_open(now=later)
    for refund_id in refunds.due(now=later):
        refunds.send(refund_id=refund_id, now=later)


@contextmanager
def _far_from_the_database() -> Iterator[None]:
    def slowly(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        answer = execute(sql, *arguments)
        time.sleep(HOLDING if "FOR NO KEY UPDATE" in sql else DISTANCE)
        return answer

    with connection.execute_wrapper(slowly):
        yield
