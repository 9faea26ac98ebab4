"""Whatever readers, buyers, suppliers, staff and clocks do, in whatever order: the list is fair.

A history is played twice: by the shop, and by a few lines of Python (`Line`) that know nothing of
it. After each step both must agree on who waits, who has an offer, and how many copies are where.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
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
from catalog import stock
from catalog.models import Book, StockMovement
from tests.conftest import IN_CI
from tests.factories import BookFactory
from tests.judged import JudgedWhenChanged
from waitlist import holds, offers, overrides, places
from waitlist.models import PreBooking, PreBookingEvent

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HISTORIES = 2000 if IN_CI else 16
# For a machine with several processors.
PARTS = 4
STEPS = 30
PEOPLE = 6
HOLD = timedelta(hours=48)
Reason = StockMovement.Reason

pick = st.integers(min_value=0, max_value=9)


@dataclass
class Person:
    """A place as the reference knows it. `skipped` and `round` are numbers of rounds."""

    key: uuid.UUID
    state: str = "waiting"
    skipped: int = 0
    round: int = 0
    until: datetime | None = None
    order: str = ""

    @property
    def is_living(self) -> bool:
        return self.state in ("waiting", "offered")


@dataclass
class Line:
    """What a fair shop would do. Copies on sale, copies sold, and people in order of joining."""

    on_sale: int = 0
    sold: int = 0
    received: int = 0
    rounds: int = 0
    people: list[Person] = field(default_factory=list)
    offers: list[Person] = field(default_factory=list)

    @property
    def held(self) -> int:
        return sum(one.state == "offered" and not one.order for one in self.people)

    def arrive(self, copies: int, now: datetime) -> None:
        self.on_sale += copies
        if any(one.state == "waiting" for one in self.people):
            self.rounds += 1
        self.share(self.rounds, now)

    def share(self, number: int, now: datetime) -> None:
        while self.on_sale and (first := self.first(number)):
            self.on_sale -= 1
            self.offer(first, number, now)

    def first(self, number: int) -> Person | None:
        takes_part = (one for one in self.people if one.state == "waiting" and one.skipped < number)
        return next(takes_part, None)

    def offer(self, person: Person, number: int, now: datetime) -> None:
        person.state, person.round, person.until = "offered", number, now + HOLD
        self.offers.append(person)

    def let_go(self, person: Person, state: str, now: datetime) -> None:
        person.state = state
        if successor := self.first(person.round):
            self.offer(successor, person.round, now)
        else:
            self.on_sale += 1


class Queue(JudgedWhenChanged):
    """One book and six readers. Orders are as the shop sees them: taken, then paid for or not."""

    def __init__(self) -> None:
        super().__init__()
        self.history = history()
        self.history.__enter__()
        self.now = timezone.now()
        self.book = Book.objects.get()
        self.users = list(User.objects.order_by("pk"))
        self.places: dict[int, Person] = {}
        self.line = self.reference = Line()
        self.numbers: dict[uuid.UUID, int] = {}
        self.unpaid: dict[str, Person | None] = {}

    def teardown(self) -> None:
        self.history.__exit__(None, None, None)
        super().teardown()

    @initialize()
    def three_wait(self) -> None:
        for who in range(3):
            self.join(who)

    @rule(who=pick)
    def join(self, who: int) -> None:
        user = self.users[who % PEOPLE]
        there = self.places.get(user.pk)
        try:
            place = places.join(user=user, book_id=self.book.pk, now=self.now)
        except places.CanBeBought:
            assert self.line.on_sale
        except places.AlreadyWaiting:
            assert there
            assert there.is_living
        else:
            assert not self.line.on_sale
            assert there is None or not there.is_living
            self.places[user.pk] = Person(place.key)
            self.line.people.append(self.places[user.pk])

    @rule(which=pick, staff=st.booleans())
    def leave(self, which: int, staff: bool) -> None:
        if (person := self.one_of("living", which)) is None:
            return
        was_offered = person.state == "offered"
        try:
            if staff:
                overrides.end_place(key=person.key, reason="asked", who="anna", now=self.now)
            else:
                places.leave(key=person.key, now=self.now)
        except places.IsBeingOrdered:
            assert person.order
            return
        assert not person.order
        if was_offered:
            self.line.let_go(person, "cancelled", self.now)
        else:
            person.state = "cancelled"

    @rule(
        copies=st.integers(min_value=1, max_value=4),
        reason=st.sampled_from(["delivery", "returned"]),
    )
    def arrive(self, copies: int, reason: str) -> None:
        with transaction.atomic():
            changes = {self.book.pk: copies}
            holds.receive(changes, reason=Reason(reason), who="a test", at=self.now)
        self.line.received += copies
        self.line.arrive(copies, self.now)

    @rule(copies=st.integers(min_value=1, max_value=3))
    def buy(self, copies: int) -> None:
        """Somebody who was not in line."""
        number = uuid.uuid4().hex[:12]
        try:
            self.take(copies, number)
        except stock.NotEnoughStock:
            assert self.line.on_sale < copies
            return
        assert self.line.on_sale >= copies
        self.line.on_sale -= copies
        self.line.sold += copies

    @precondition(lambda self: self.line.held)
    @rule(which=pick)
    def order_held_copy(self, which: int) -> None:
        if (person := self.one_of("offered", which)) is None:
            return
        number = uuid.uuid4().hex[:12]
        place = PreBooking.objects.get(key=person.key)
        is_there = not person.order and person.until > self.now
        try:
            self.take(1, number, held=place.pk)
        except offers.NotHeld:
            assert not is_there
            return
        assert is_there
        person.order = number
        self.unpaid[number] = person
        self.line.sold += 1

    @precondition(lambda self: self.unpaid)
    @rule(which=pick)
    def pay(self, which: int) -> None:
        number, person = self.unpaid_order(which)
        offers.fulfil(order_number=number, now=self.now)
        person.state = "fulfilled"

    @precondition(lambda self: self.unpaid)
    @rule(which=pick)
    def do_not_pay(self, which: int) -> None:
        number, person = self.unpaid_order(which)
        with transaction.atomic():
            offers.take_back({self.book.pk: 1}, order_number=number, who="a test", now=self.now)
        self.line.sold -= 1
        person.order = ""
        if person.until <= self.now:
            person.state = "lapsed"
            self.line.arrive(1, self.now)

    @precondition(lambda self: self.line.sold)
    @rule()
    def cancel_paid_order(self) -> None:
        if self.line.sold <= len(self.unpaid):
            return
        with transaction.atomic():
            changes = {self.book.pk: 1}
            holds.receive(changes, reason=Reason.CANCELLED, who="a test", at=self.now)
        self.line.sold -= 1
        self.line.arrive(1, self.now)

    @precondition(lambda self: self.line.held)
    @rule(which=pick, keeps=st.booleans())
    def let_go(self, which: int, keeps: bool) -> None:
        if (person := self.one_of("offered", which)) is None:
            return
        act = offers.skip if keeps else offers.decline
        try:
            act(key=person.key, now=self.now)
        except (offers.NotHeld, places.IsBeingOrdered):
            assert person.order or person.until <= self.now
            return
        assert not person.order
        assert person.until > self.now
        if keeps:
            person.skipped = self.line.rounds
        self.line.let_go(person, "waiting" if keeps else "declined", self.now)

    @precondition(lambda self: self.line.held)
    @rule(which=pick)
    def take_back(self, which: int) -> None:
        """Staff find that the copy is damaged."""
        person = self.one_of("offered", which)
        if person is None or person.order:
            return
        overrides.take_back(key=person.key, reason="damaged", who="anna", now=self.now)
        person.state = "waiting"
        self.line.received -= 1

    @rule(minutes=st.sampled_from([1, 60 * 23, 60 * 25, 60 * 48, -60 * 2]))
    def clock_jumps(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        over = [
            one
            for one in self.line.people
            if one.state == "offered" and not one.order and one.until <= self.now
        ]
        assert offers.expire(now=self.now) == len(over)
        for person in over:
            self.line.let_go(person, "lapsed", self.now)
        offers.remind(now=self.now)
        before = self.line.on_sale
        self.line.share(self.line.rounds, self.now)
        assert offers.offer_left_over(now=self.now) == before - self.line.on_sale

    @invariant()
    def both_agree(self) -> None:
        shop = dict(PreBooking.objects.values_list("key", "state"))
        assert shop == {one.key: one.state for one in self.line.people}
        book = Book.objects.get()
        assert book.stock == self.line.on_sale
        assert book.queue_length == sum(one.is_living for one in self.line.people)

    @invariant()
    def no_copy_is_lost_or_held_twice(self) -> None:
        reasons = dict(
            StockMovement.objects.order_by().values_list("reason").annotate(Sum("quantity"))
        )
        held = -reasons.get("hold", 0) - reasons.get("release", 0)
        sold = -sum(reasons.get(reason, 0) for reason in ("sale", "not_paid", "cancelled"))
        received = sum(reasons.get(each, 0) for each in ("delivery", "returned", "correction"))
        assert held == PreBooking.objects.offered().filter(order_number="").count()
        assert (held, sold) == (self.line.held, self.line.sold)
        assert Book.objects.get().stock + held + sold == received == self.line.received

    @invariant()
    def nobody_was_passed_over(self) -> None:
        """Each offer went to the first in line of those who took part in its round."""
        made = PreBookingEvent.objects.filter(kind="offered").order_by("pk")
        assert [event.pre_booking.key for event in made.select_related("pre_booking")] == [
            one.key for one in self.line.offers
        ]

    @invariant()
    def no_place_gets_worse(self) -> None:
        for place in PreBooking.objects.living():
            number = places.number_of(place)
            assert number <= self.numbers.get(place.key, place.first_place)
            self.numbers[place.key] = number

    @invariant()
    def each_offer_is_one_mail(self) -> None:
        offered = PreBookingEvent.objects.filter(kind="offered").count()
        assert OutboxMessage.objects.filter(subject__contains="is held for you").count() == offered

    def take(self, copies: int, number: str, held: int | None = None) -> None:
        with transaction.atomic():
            stock.lock([self.book.pk])
            if held:
                offers.claim([held], order_number=number, now=self.now)
            stock.take({self.book.pk: copies}, order_number=number, who="a test", at=self.now)

    def one_of(self, state: str, which: int) -> Person | None:
        fitting = [
            one
            for one in self.line.people
            if one.state == state or (state == "living" and one.is_living)
        ]
        return fitting[which % len(fitting)] if fitting else None

    def unpaid_order(self, which: int) -> tuple[str, Person]:
        number = sorted(self.unpaid)[which % len(self.unpaid)]
        return number, self.unpaid.pop(number)


@contextmanager
def history() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_is_unfair_or_loses_a_copy(part):
    BookFactory(price=Decimal("12.00"), stock=0)
    User.objects.bulk_create(User(email=f"reader{n}@example.org") for n in range(PEOPLE))

    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=HISTORIES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
