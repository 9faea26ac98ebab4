"""Whatever is sold, sent, delivered, held and lost while staff count: stock becomes what is true.

The truth is a house with copies in it, which knows nothing of orders, holds or the ledger: copies
are there, and each of them was shown to the scanner or was not.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from catalog.models import Book, StockMovement
from shop import cart
from shop.cart import Shopper
from shop.models import Order, StockTake
from shop.services import cancelling, checkout, counting, posting, posting_counts, refunds
from tests.audits import findings
from tests.conftest import IN_CI
from tests.factories import BookFactory
from tests.waitlist.lists import deliver
from waitlist import holds, offers, places
from waitlist.models import PreBooking

from .conftest import decline, fill, pay, place

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HISTORIES = 1000 if IN_CI else 20
# For a machine with several processors.
PARTS = 4
STEPS = 30
PEOPLE = 4
BOOKS = 2
Reason, Status = StockMovement.Reason, Order.Status

pick = st.integers(min_value=0, max_value=9)
which = st.integers(min_value=0, max_value=BOOKS - 1)
copies_of = st.integers(min_value=1, max_value=3)


@dataclass
class Copies:
    """The copies of a book in the house: scanned in the count that is open, and all others."""

    scanned: int = 0
    others: int = 0
    # Somebody went past all of them: what comes now is not shown to the scanner any more.
    is_done: bool = False
    # Ordered copies that are no longer here.
    gone: int = 0

    @property
    def here(self) -> int:
        return self.scanned + self.others

    def leave(self, copies: int, *, scanned_first: bool) -> None:
        from_scanned = min(copies, self.scanned) if scanned_first else max(copies - self.others, 0)
        self.scanned -= from_scanned
        self.others -= copies - from_scanned
        self.gone += copies

    def forget_scans(self) -> None:
        self.scanned, self.others, self.is_done = 0, self.here, False


class House(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.history = history()
        self.history.__enter__()
        self.now = timezone.now()
        self.books = list(Book.objects.order_by("pk"))
        self.users = list(User.objects.order_by("pk"))
        self.copies = [Copies(others=book.stock) for book in self.books]
        self.begin()

    def teardown(self) -> None:
        try:
            self.post_what_was_counted()
        finally:
            self.history.__exit__(None, None, None)

    def begin(self) -> None:
        self.take = counting.begin(
            scope=StockTake.Scope.SHOP, shelf="", key=uuid.uuid4(), who="ann", now=self.now
        )

    @initialize()
    def the_shop_has_been_open_for_a_while(self) -> None:
        """One book has ordered copies, of the other one copies are held; some of each are lost."""
        self.somebody_orders(0, 2)
        for who in range(3):
            self.somebody_waits(1, who)
        self.a_delivery_comes(1, 2)
        for which in range(BOOKS):
            self.a_copy_that_was_not_scanned_is_lost(which)

    # What happens to the copies themselves.

    @rule(which=which, copies=copies_of)
    def a_delivery_comes(self, which: int, copies: int) -> None:
        deliver(self.books[which], copies, now=self.now)
        self.copies[which].others += copies

    @rule(number=pick, scanned_first=st.booleans())
    def a_parcel_is_posted(self, number: int, scanned_first: bool) -> None:
        if order := self.an_order(Status.CONFIRMED, number):
            with suppress(posting.CannotPost):
                waiting = order.items.with_refunds().filter(sent_at__isnull=True)
                leaving = {item.book_id: item.copies_left for item in waiting}
                if any(self.of(book_id).here < copies for book_id, copies in leaving.items()):
                    return
                posting.post_order(number=order.number, tracking="", who="ann", now=self.now)
                for book_id, copies in leaving.items():
                    self.of(book_id).leave(copies, scanned_first=scanned_first)

    @rule(which=which)
    def a_copy_that_was_not_scanned_is_lost(self, which: int) -> None:
        if self.copies[which].others and not self.copies[which].is_done:
            self.copies[which].others -= 1

    @rule(which=which)
    def a_copy_is_found(self, which: int) -> None:
        if not self.copies[which].is_done:
            self.copies[which].others += 1

    @rule(number=pick, comes_back=st.booleans(), scanned_first=st.booleans())
    def a_copy_is_refunded(self, number: int, comes_back: bool, scanned_first: bool) -> None:
        """It comes back from the reader, or goes on sale again; or nobody wants to see it again."""
        order = self.an_order(Status.CONFIRMED, number)
        item = order and order.items.with_refunds().first()
        if item is None or not item.copies_left or not self.of(item.book_id).here:
            return
        refunds.refund_lines(
            number=order.number,
            quantities={item.pk: 1},
            delivery=Decimal(0),
            restock=comes_back,
            reason=refunds.Refund.Reason.RETURNED,
            who="ann",
            now=self.now,
        )
        if item.sent_at and comes_back:
            self.of(item.book_id).others += 1
            self.of(item.book_id).gone -= 1
        elif not item.sent_at and not comes_back:
            self.of(item.book_id).leave(1, scanned_first=scanned_first)

    # What happens on paper alone.

    @rule(which=which, copies=copies_of)
    def somebody_orders(self, which: int, copies: int) -> None:
        if self.stock(which) >= copies:
            shopper = Shopper(token=uuid.uuid4())
            # What is left may be for somebody who waits, and has not heard of it yet.
            with suppress(cart.NotForSale, checkout.BookNotForSale):
                fill(shopper, self.books[which], quantity=copies)
                place(shopper, now=self.now)

    @rule(number=pick, act=st.sampled_from([pay, pay, decline]))
    def the_bank_speaks(self, number: int, act) -> None:
        if order := self.an_order(Status.PENDING, number):
            act(order.number, self.now)

    @rule(number=pick)
    def somebody_cancels(self, number: int) -> None:
        if order := self.an_order(Status.CONFIRMED, number):
            with suppress(cancelling.CannotCancel):
                cancelling.cancel_order(number=order.number, who="a reader", now=self.now)

    @rule(which=which, who=pick)
    def somebody_waits(self, which: int, who: int) -> None:
        with suppress(places.CannotQueue):
            user = self.users[who % PEOPLE]
            places.join(user=user, book_id=self.books[which].pk, now=self.now)

    @rule(which=which)
    def somebody_lets_a_held_copy_go(self, which: int) -> None:
        if held := PreBooking.objects.offered().filter(book=self.books[which]).first():
            with suppress(places.CannotQueue):
                offers.decline(key=held.key, now=self.now)

    @rule(hours=st.sampled_from([1, 49]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        offers.sweep(now=self.now)

    @rule(which=which)
    def somebody_puts_the_stock_right_by_hand(self, which: int) -> None:
        wrong = self.copies[which].here - self.by_the_ledger(which)
        if wrong and self.stock(which) + wrong >= 0:
            with transaction.atomic():
                changes = {self.books[which].pk: wrong}
                holds.receive(changes, reason=Reason.CORRECTION, who="joe", at=self.now)

    # The count.

    @rule(which=which)
    def a_copy_is_scanned(self, which: int) -> None:
        copies = self.copies[which]
        if copies.others and not copies.is_done:
            ean = self.books[which].ean
            key = uuid.uuid4()
            for _sent_twice in range(2):
                counting.scan(take_id=self.take.pk, number=ean, key=key, who="ann", now=self.now)
            copies.scanned, copies.others = copies.scanned + 1, copies.others - 1

    @rule(which=which)
    def all_others_are_scanned(self, which: int) -> None:
        while self.copies[which].others and not self.copies[which].is_done:
            self.a_copy_is_scanned(which)
        self.copies[which].is_done = bool(self.line(which))

    @rule(which=which)
    def somebody_counts_by_hand(self, which: int) -> None:
        copies, line = self.copies[which], self.line(which)
        counting.put_total(
            take_id=self.take.pk,
            book_id=self.books[which].pk,
            total=copies.here,
            seen=line.counted if line else 0,
            key=uuid.uuid4(),
            who="ann",
            now=self.now,
        )
        copies.scanned, copies.others, copies.is_done = copies.here, 0, True

    @precondition(lambda self: all(copies.is_done for copies in self.copies))
    @rule()
    def post_what_was_counted(self) -> None:
        """What the review asks to count again is counted again; what it cannot post is left out."""
        for which in range(BOOKS):
            if not self.copies[which].is_done and self.line(which):
                self.all_others_are_scanned(which)
        for row in posting_counts.review(self.take, now=self.now).obstacles:
            self.somebody_counts_by_hand(self.place_of(row.line.book_id))
        for row in posting_counts.review(self.take, now=self.now).obstacles:
            assert row.line.book.stock + row.line.difference < 0
            counting.take_out(take_id=self.take.pk, book_id=row.line.book_id, seen=row.line.counted)
        counted = [which for which in range(BOOKS) if self.line(which)]
        if not counted:
            return
        seen = posting_counts.review(self.take, now=self.now).seen
        posting_counts.post(take_id=self.take.pk, seen=seen, who="ann", now=self.now)

        for which in counted:
            assert self.by_the_ledger(which) == self.copies[which].here
        assert findings() == []
        for copies in self.copies:
            copies.forget_scans()
        self.begin()

    def an_order(self, status: Status, number: int) -> Order | None:
        orders = list(Order.objects.filter(status=status).order_by("pk"))
        return orders[number % len(orders)] if orders else None

    def line(self, which: int):
        return self.take.lines.filter(book=self.books[which]).first()

    def stock(self, which: int) -> int:
        return Book.objects.values_list("stock", flat=True).get(pk=self.books[which].pk)

    def by_the_ledger(self, which: int) -> int:
        """What should be here, told by movements alone: what counts read takes no part in it."""
        sums = dict(
            StockMovement.objects.filter(book=self.books[which])
            .order_by()
            .values_list("reason")
            .annotate(Sum("quantity"))
        )
        on_paper = (Reason.SALE, Reason.NOT_PAID, Reason.CANCELLED, Reason.RETURNED)
        held = (Reason.HOLD, Reason.RELEASE)
        came = sum(sums[reason] for reason in sums if reason not in (*on_paper, *held))
        return came - self.copies[which].gone

    def place_of(self, book_id: int) -> int:
        return next(which for which, book in enumerate(self.books) if book.pk == book_id)

    def of(self, book_id: int) -> Copies:
        return self.copies[self.place_of(book_id)]


@contextmanager
def history() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("part", range(PARTS))
def test_after_a_count_stock_is_what_is_there(part, delivery):
    for stock in (4, 0):
        BookFactory(price=Decimal("12.00"), stock=stock)
    User.objects.bulk_create(User(email=f"reader{n}@example.org") for n in range(PEOPLE))

    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=HISTORIES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
