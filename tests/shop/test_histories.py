"""Whatever shoppers, bank, staff and clock do, in whatever order: no copy and no penny is lost.

The bank of these histories is honest and slow. It takes money once for each attempt that somebody
pays, and what it says of that may come early, late, twice, out of order, or only when it is asked.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import OutboxMessage, User
from catalog.models import Book, StockMovement
from shop import cart, providers
from shop.cart import Shopper
from shop.fulfilment import IN_THE_SHOP, SENT, STATUS_OF, Fulfilment, may_move
from shop.models import Invoice, Order, OrderItem, Payment, Refund, RefundItem, Voucher
from shop.providers.base import (
    Event,
    Opened,
    PaymentWord,
    ProviderDown,
    RefundWord,
    State,
)
from shop.providers.demo import DemoProvider
from shop.services import cancelling, checkout, discounts, fulfilling, payments, posting, refunds
from shop.services.accepting import accept_held
from shop.vouchers import CannotUseVoucher
from tests.audits import findings
from tests.conftest import IN_CI
from tests.factories import BookFactory, DeliveryMethodFactory, VoucherFactory
from tests.judged import JudgedWhenChanged
from tests.waitlist.lists import deliver, line
from waitlist import holds, offers, places
from waitlist.models import PreBooking

from .conftest import fill, place

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HISTORIES = 2000 if IN_CI else 12
# For a machine with several processors.
PARTS = 4
STEPS = 25
LIVE = (Order.Status.PENDING, Order.Status.CONFIRMED)
BY_LINE = (Refund.Reason.RETURNED, Refund.Reason.GOODWILL)

pick = st.integers(min_value=0, max_value=9)


class Bank(DemoProvider):
    """Knows what it took and what it gave back, whatever the shop believes."""

    def __init__(self) -> None:
        self.took: dict[uuid.UUID, Decimal] = {}
        self.declined: set[uuid.UUID] = set()
        self.gave: dict[uuid.UUID, tuple[uuid.UUID, Decimal]] = {}
        self.refuses: set[uuid.UUID] = set()
        self.is_down = False

    def open(self, payment: Payment, *, return_url: str) -> Opened:
        self._answer()
        return super().open(payment, return_url=return_url)

    def ask(self, payment: Payment) -> PaymentWord:
        self._answer()
        return self.word(payment, State.OPEN)

    def close(self, payment: Payment) -> PaymentWord:
        self._answer()
        if payment.key not in self.took:
            self.declined.add(payment.key)
        return self.word(payment, State.FAILED)

    def refund(self, refund: Refund) -> RefundWord:
        self._answer()
        if refund.key in self.refuses:
            return RefundWord(refund.key, "no", State.FAILED, "account closed")
        self.gave[refund.key] = (refund.payment.key, refund.amount)
        return RefundWord(refund.key, f"r-{refund.key}", State.DONE)

    def word(self, payment: Payment, otherwise: State) -> PaymentWord:
        said = otherwise
        if payment.key in self.took:
            said = State.DONE
        elif payment.key in self.declined:
            said = State.FAILED
        paid = self.took.get(payment.key, Decimal(0))
        return PaymentWord(payment.key, f"demo-{payment.key}", said, paid, payment.currency, "c")

    def kept_of(self, payment: Payment) -> Decimal:
        given = sum((sum_ for key, sum_ in self.gave.values() if key == payment.key), Decimal(0))
        return self.took.get(payment.key, Decimal(0)) - given

    def _answer(self) -> None:
        if self.is_down:
            raise ProviderDown("no answer")


class Histories(JudgedWhenChanged):
    bank: ClassVar[Bank]

    def __init__(self) -> None:
        super().__init__()
        self._undone = undone()
        self._undone.__enter__()
        Histories.bank = Bank()
        self.now = timezone.now()
        self.shoppers = [Shopper(token=uuid.uuid4()) for _ in range(2)]
        self.sent: list[Event] = []

    def teardown(self) -> None:
        try:
            self.everything_comes_to_rest()
        finally:
            self._undone.__exit__(None, None, None)
            super().teardown()

    # What people do.

    @initialize(
        books=st.lists(pick, min_size=1, max_size=2),
        copies=st.integers(1, 3),
        is_held=st.booleans(),
    )
    def two_orders(self, books: list[int], copies: int, is_held: bool) -> None:
        for who in range(2):
            for book in books:
                self.add(who, book, copies)
            if is_held:
                self.accept_a_held_copy(who, which=who)
            self.order(who, sends=1)

    @rule(who=pick, book=pick, copies=st.integers(1, 3))
    def add_and_order(self, who: int, book: int, copies: int) -> None:
        self.add(who, book, copies)
        self.order(who, sends=2)

    @rule(who=pick, book=pick, copies=st.integers(1, 3))
    def add(self, who: int, book: int, copies: int) -> None:
        with allowed(cart.CannotChangeBasket):
            fill(self._shopper(who), self._book(book), quantity=copies)

    @rule(who=pick, sends=st.integers(1, 2))
    def order(self, who: int, sends: int) -> None:
        key, placed = uuid.uuid4(), set()
        for _ in range(sends):
            with allowed(checkout.CannotPlaceOrder):
                placed.add(place(self._shopper(who), form_key=key, now=self.now))
        assert len(placed) <= 1

    @rule(who=pick)
    def name_a_voucher(self, who: int) -> None:
        with allowed(CannotUseVoucher):
            discounts.use_voucher(shopper=self._shopper(who), code="TWICE", email="", now=self.now)

    @rule(who=pick, book=pick)
    def join_a_waiting_list(self, who: int, book: int) -> None:
        with allowed(places.CannotQueue):
            places.join(user=self._reader(who), book_id=self._book(book).pk, now=self.now)

    @rule(who=pick, which=pick)
    def accept_a_held_copy(self, who: int, which: int) -> None:
        if held := self._place(which):
            with allowed(places.CannotQueue, cart.CannotChangeBasket):
                accept_held(shopper=self._shopper(who), key=held.key, now=self.now)

    @rule(who=pick, which=pick, sends=st.integers(1, 2))
    def accept_and_order(self, who: int, which: int, sends: int) -> None:
        self.accept_a_held_copy(who, which)
        self.order(who, sends)

    @rule(which=pick)
    def pass_a_held_copy_on(self, which: int) -> None:
        if held := self._place(which):
            with allowed(places.CannotQueue):
                offers.decline(key=held.key, now=self.now)

    @rule(which=pick)
    def begin_to_pay(self, which: int) -> None:
        if order := self._order(which):
            with allowed(payments.CannotTakePayment, ProviderDown):
                payments.begin(number=order.number, now=self.now)

    @rule(which=pick)
    def cancel(self, which: int) -> None:
        if order := self._order(which):
            with allowed(cancelling.CannotCancel):
                cancelling.cancel_order(number=order.number, who="sam", now=self.now)

    @rule(which=pick)
    def come_back_from_the_bank(self, which: int) -> None:
        if order := self._order(which):
            with allowed(ProviderDown):
                payments.ask(number=order.number, now=self.now)

    # What the bank does, which nobody hears of yet.

    @rule(which=pick)
    def bank_takes(self, which: int) -> None:
        payment = self._payment(which)
        if payment and payment.key not in self.bank.declined and payment.key not in self.bank.took:
            self.bank.took[payment.key] = payment.amount
            self._send(payment)

    @rule(which=pick)
    def bank_declines(self, which: int) -> None:
        payment = self._payment(which)
        if payment and payment.key not in self.bank.took:
            self.bank.declined.add(payment.key)
            self._send(payment)

    @rule(which=pick)
    def a_second_attempt(self, which: int) -> None:
        order = self._order(which)
        if order and not order.payments.filter(status=Payment.Status.OPEN).exists():
            Payment.objects.create(**payments.attempt_fields(order, self.now))

    @rule(is_down=st.booleans())
    def bank_goes_down_or_comes_back(self, is_down: bool) -> None:
        self.bank.is_down = is_down

    @precondition(lambda self: self.sent)
    @rule(which=pick)
    def a_message_comes(self, which: int) -> None:
        event = self.sent[which % len(self.sent)]
        payments.receive(provider="demo", event=event, now=self.now)

    # What staff and the worker do.

    @rule(book=pick, copies=st.integers(1, 3))
    def a_delivery_comes(self, book: int, copies: int) -> None:
        holds.receive(
            {self._book(book).pk: copies},
            reason=StockMovement.Reason.DELIVERY,
            who="stella",
            at=self.now,
        )

    @rule(which=pick)
    def post(self, which: int) -> None:
        if order := self._order(which):
            with allowed(posting.CannotPost):
                posting.post_order(number=order.number, tracking="", who="s", now=self.now)

    @rule(which=pick, to=st.sampled_from(list(fulfilling.BY_A_WORD)))
    def take_a_step(self, which: int, to: Fulfilment) -> None:
        if order := self._order(which):
            with allowed(fulfilling.CannotMove):
                fulfilling.take(number=order.number, to=to, who="stella", now=self.now)

    @rule(which=st.lists(pick, min_size=1, max_size=3))
    def begin_picking(self, which: list[int]) -> None:
        chosen = [order.pk for number in which if (order := self._order(number))]
        fulfilling.begin_picking(order_ids=chosen, who="stella", now=self.now)

    @rule(which=pick, copies=st.integers(0, 2), delivery=st.booleans(), restock=st.booleans())
    def refund(self, which: int, copies: int, delivery: bool, restock: bool) -> None:
        if not (order := self._order(which)):
            return
        with allowed(refunds.CannotRefund):
            refunds.refund_lines(
                number=order.number,
                quantities={item.pk: copies for item in order.items.all()},
                delivery=order.delivery_total if delivery else Decimal(0),
                restock=restock,
                reason=Refund.Reason.RETURNED,
                who="stella",
                now=self.now,
            )

    @rule(which=pick)
    def send_a_failed_refund_again(self, which: int) -> None:
        failed = Refund.objects.filter(status="failed").order_by("pk")
        if failed:
            with allowed(refunds.CannotRefund):
                pk = failed[which % len(failed)].pk
                refunds.send_again(refund_id=pk, who="stella", now=self.now)

    @rule(fails=st.booleans())
    def the_worker_sends_refunds(self, fails: bool) -> None:
        for pk in refunds.due(now=self.now):
            if fails:
                self.bank.refuses.add(Refund.objects.get(pk=pk).key)
            refunds.send(refund_id=pk, now=self.now)

    @rule(minutes=st.sampled_from([1, 31, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_worker_gives_up_what_was_not_paid(self) -> None:
        payments.expire_unpaid_orders(now=self.now)

    @rule()
    def the_worker_ends_holds(self) -> None:
        offers.expire(now=self.now)

    @rule()
    def the_worker_ends_attempts(self) -> None:
        payments.close_left_open(now=self.now)

    # What holds after each step.

    @invariant()
    def stock_is_the_sum_of_its_movements(self) -> None:
        assert (
            list(Book.objects.annotate(moved=Sum("movements__quantity")).exclude(stock=F("moved")))
            == []
        )

    @invariant()
    def every_copy_is_on_the_shelf_or_held_or_in_an_order(self) -> None:
        """Or was paid back and kept by the shopper, whose order was cancelled after that."""
        arrived = StockMovement.objects.filter(reason__in=("opening", "delivery"))
        sold = OrderItem.objects.filter(order__status__in=LIVE)
        paid_back = RefundItem.objects.filter(refund__again=None)
        back = paid_back.filter(item__order__status__in=LIVE, is_restocked=True)
        kept = paid_back.filter(item__order__status="cancelled", is_restocked=False)
        arrivals = by_book(arrived, "book_id", "quantity")
        away = by_book(sold, "book_id", "quantity")
        lying = PreBooking.objects.offered().filter(order_number="").order_by()
        held = dict(lying.values_list("book_id").annotate(Count("pk")))
        returned, at_most = (by_book(rows, "item__book_id", "copies") for rows in (back, kept))
        for pk, left in Book.objects.values_list("pk", "stock"):
            missing = arrivals[pk] - left - held.get(pk, 0) - away.get(pk, 0) + returned.get(pk, 0)
            assert 0 <= missing <= at_most.get(pk, 0)

    @invariant()
    def a_held_copy_is_in_one_order_at_the_most(self) -> None:
        lines = OrderItem.objects.filter(order__status__in=LIVE, pre_booking__isnull=False)
        sold = Counter(lines.values_list("pre_booking", flat=True))
        assert set(sold.values()) <= {1}
        for item in lines.select_related("order", "pre_booking"):
            assert item.pre_booking.order_number == item.order.number
            assert item.pre_booking.is_offered == item.order.is_pending

    @invariant()
    def every_penny_is_where_it_belongs(self) -> None:
        orders = Order.objects.prefetch_related("payments__refunds__again")
        for order in orders:
            kept = sum((payment.rest for payment in order.payments.all()), Decimal(0))
            assert kept == owed_or_earned(order), order.get_status_display()

    @invariant()
    def a_voucher_is_used_as_often_as_it_can_be(self) -> None:
        voucher = Voucher.objects.get()
        assert Order.objects.uses_of(voucher).count() <= voucher.most_uses

    @invariant()
    def an_order_is_confirmed_once_with_one_mail_and_one_invoice(self) -> None:
        invoices = dict(Invoice.objects.values_list("order_id", "number"))
        assert sorted(invoices.values()) == list(range(1, len(invoices) + 1))
        mails = Counter(OutboxMessage.objects.values_list("dedupe_key", flat=True))
        for order in Order.objects.prefetch_related("events"):
            kinds = [event.kind for event in order.events.all()]
            confirmed = kinds.count("paid") + kinds.count("paid_late")
            assert confirmed <= 1
            assert (order.pk in invoices) == bool(confirmed)
            assert mails[f"order-confirmation-{order.number}"] == confirmed
            assert confirmed or not order.is_confirmed

    @invariant()
    def an_order_is_where_its_moves_took_it(self) -> None:
        for order in Order.objects.prefetch_related("moves"):
            rows = sorted(order.moves.all(), key=lambda move: move.pk)
            path = ["new", *(move.becomes for move in rows)]
            assert [move.was for move in rows] == path[:-1]
            assert (order.fulfilment, order.status) == (path[-1], STATUS_OF[path[-1]])
            assert all(may_move(was, to) for was, to in pairwise(path))

    @invariant()
    def what_is_sent_has_nothing_left_to_send(self) -> None:
        """Unless money came back to the shop that should have gone to the shopper."""
        for order in Order.objects.filter(fulfilment__in=SENT):
            left = [item for item in order.items.with_refunds() if item.is_to_send]
            assert not left or Refund.objects.filter(payment__order=order, status="failed").exists()

    @invariant()
    def of_what_was_paid_back_nothing_is_left_to_send(self) -> None:
        """And what nobody has begun has something, however its refunds came out."""
        for order in Order.objects.filter(fulfilment=Fulfilment.REFUNDED, posted_at=None):
            assert not any(item.is_to_send for item in order.items.with_refunds())
        for order in Order.objects.filter(fulfilment__in=IN_THE_SHOP):
            assert any(item.is_to_send for item in order.items.with_refunds())

    def everything_comes_to_rest(self) -> None:
        """The bank answers again, all its messages arrive, all times run out: then the books agree."""
        self.bank.is_down = False
        for event in self.sent:
            payments.receive(provider="demo", event=event, now=self.now)
        self.now += timedelta(days=1)
        payments.expire_unpaid_orders(now=self.now)
        payments.close_left_open(now=self.now)
        for pk in refunds.due(now=self.now):
            refunds.send(refund_id=pk, now=self.now)
        for payment in Payment.objects.all():
            assert self.bank.kept_of(payment) == payment.rest
        assert not Refund.objects.filter(status=Refund.Status.ASKED).exists()
        assert not Order.objects.filter(status=Order.Status.PENDING).exists()
        self.every_penny_is_where_it_belongs()
        self.every_copy_is_on_the_shelf_or_held_or_in_an_order()
        assert not PreBooking.objects.offered().exclude(order_number="").exists()
        assert findings() == []

    def _send(self, payment: Payment) -> None:
        word = self.bank.word(payment, State.OPEN)
        self.sent.append(Event(f"event-{len(self.sent)}", "payment", {"n": len(self.sent)}, word))

    def _shopper(self, which: int) -> Shopper:
        return self.shoppers[which % len(self.shoppers)]

    def _reader(self, which: int) -> User:
        readers = User.objects.order_by("pk")
        return readers[which % readers.count()]

    def _place(self, which: int) -> PreBooking | None:
        held = PreBooking.objects.offered()
        return held[which % held.count()] if held else None

    def _book(self, which: int) -> Book:
        books = Book.objects.order_by("pk")
        return books[which % books.count()]

    def _order(self, which: int) -> Order | None:
        orders = Order.objects.order_by("-pk")
        return orders[which % orders.count()] if orders else None

    def _payment(self, which: int) -> Payment | None:
        attempts = Payment.objects.order_by("-pk")
        return attempts[which % attempts.count()] if attempts else None


def by_book(rows: Any, book: str, copies: str) -> dict[int, int]:
    return dict(rows.values_list(book).annotate(Sum(copies)))


def owed_or_earned(order: Order) -> Decimal:
    """What should be left of an order's payments: its total less what staff gave back.

    A refund that failed gave nothing back, whatever it was for. One that was sent again is left to
    the one that came after it.
    """
    refunds_of = [refund for payment in order.payments.all() for refund in payment.refunds.all()]
    made = [refund for refund in refunds_of if not hasattr(refund, "again")]
    failed = sum((r.amount for r in made if r.has_failed and r.reason not in BY_LINE), Decimal(0))
    if not order.is_confirmed:
        return failed
    by_line = [r.amount for r in made if not r.has_failed and r.reason in BY_LINE]
    return order.total - sum(by_line, Decimal(0)) + failed


@contextmanager
def allowed(*refusals: type[Exception]) -> Iterator[None]:
    """A refusal is an answer; anything else is a bug."""
    with suppress(*refusals):
        yield


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_loses_a_copy_or_a_penny(part, monkeypatch):
    DeliveryMethodFactory(position=0)
    for price in ("9.99", "3.33", "20.00"):
        BookFactory(price=Decimal(price), stock=4)
    line(sold_out := BookFactory(price=Decimal("5.00"), stock=0), people=3)
    deliver(sold_out, 2)
    VoucherFactory(code="TWICE", value=Decimal("33.3"), most_uses=2)
    monkeypatch.setattr(providers, "named", lambda name: Histories.bank)

    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
