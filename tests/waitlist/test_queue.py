"""Joining, leaving, and copies that come to whoever is first in line."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import Book, StockMovement
from tests.factories import BookFactory, UserFactory, receive
from waitlist import offers, overrides, places
from waitlist.models import Arrival, PreBooking, PreBookingEvent

from .lists import deliver, join, line, sold_out, states, stock_of

pytestmark = pytest.mark.django_db

HOLD = timedelta(hours=48)


def test_places_are_numbered_in_the_order_of_joining():
    book = sold_out()

    waiting = line(book, 3)

    assert [places.number_of(place) for place in waiting] == [1, 2, 3]
    assert [place.first_place for place in waiting] == [1, 2, 3]


def test_the_book_knows_how_many_wait():
    book = sold_out()
    first, _second = line(book, 2)

    assert Book.objects.get(pk=book.pk).queue_length == 2
    places.leave(key=first.key, now=timezone.now())
    assert Book.objects.get(pk=book.pk).queue_length == 1


def test_nobody_but_its_places_changes_the_length_of_a_list():
    book = sold_out()

    with pytest.raises(IntegrityError, match="Only places"), transaction.atomic():
        Book.objects.filter(pk=book.pk).update(queue_length=7)


def test_nobody_waits_for_a_book_that_can_be_bought():
    with pytest.raises(places.CanBeBought):
        join(BookFactory(stock=1))


@pytest.mark.parametrize("fields", [{"price": None}, {"publishing_status": "out_of_print"}])
def test_nobody_waits_for_what_will_not_come(fields):
    with pytest.raises(places.NotToWaitFor):
        join(sold_out(**fields))


def test_one_place_for_each_reader_and_book():
    book, user = sold_out(), UserFactory()
    place = join(book, user=user)

    with pytest.raises(places.AlreadyWaiting) as refusal:
        join(book, user=user)
    assert refusal.value.place == place


def test_the_database_knows_no_second_living_place():
    book, user = sold_out(), UserFactory()
    place = join(book, user=user)
    place.pk, place.key, place._state.adding = None, places.uuid.uuid4(), True

    with pytest.raises(IntegrityError, match="one_living_place"), transaction.atomic():
        place.save()


def test_whoever_left_joins_again_at_the_end():
    book, user = sold_out(), UserFactory()
    first = join(book, user=user)
    join(book)
    places.leave(key=first.key, now=timezone.now())

    assert places.number_of(join(book, user=user)) == 2


def test_copies_go_to_the_first_in_line():
    book = sold_out()
    waiting = line(book, 3)

    deliver(book, 2)

    assert states(waiting) == ["offered", "offered", "waiting"]
    assert stock_of(book) == 0


def test_what_the_list_does_not_need_goes_on_sale():
    book = sold_out()
    line(book, 2)

    deliver(book, 5)

    assert stock_of(book) == 3
    arrival = Arrival.objects.get()
    assert (arrival.copies, arrival.offered, arrival.on_sale) == (5, 2, 3)


def test_a_delivery_nobody_waits_for_leaves_no_round():
    book = sold_out()

    deliver(book, 5)

    assert stock_of(book) == 5
    assert not Arrival.objects.exists()


def test_held_copies_are_in_the_ledger():
    book = sold_out()
    line(book, 2)

    deliver(book, 2)

    moves = StockMovement.objects.filter(book=book).order_by("pk")
    assert [(move.quantity, move.reason) for move in moves] == [(2, "delivery"), (-2, "hold")]


@pytest.mark.parametrize(("then", "now", "offered"), [(10, 12, 10), (10, 8, 8)])
def test_the_offer_is_at_the_lower_of_the_two_prices(then, now, offered):
    book = sold_out(price=Decimal(then))
    place = join(book)
    Book.objects.filter(pk=book.pk).update(price=Decimal(now))

    deliver(book, 1)

    place.refresh_from_db()
    assert place.offer_price == Decimal(offered)


def test_a_hold_lasts_as_long_as_the_setting_says(settings):
    settings.HOLD_HOURS = 5
    book, now = sold_out(), timezone.now()
    place = join(book)

    deliver(book, 1, now=now)

    place.refresh_from_db()
    assert place.hold_until == now + timedelta(hours=5)


def test_each_offer_is_one_mail_with_the_page_of_the_place():
    book = sold_out()
    place = join(book)

    deliver(book, 1)

    mail = OutboxMessage.objects.get()
    assert mail.to == place.user.email
    assert place.get_absolute_url() in mail.body


def test_a_declined_copy_goes_to_the_next_at_once():
    book = sold_out()
    waiting = line(book, 2)
    deliver(book, 1)

    offers.decline(key=waiting[0].key, now=timezone.now())

    assert states(waiting) == ["declined", "offered"]
    assert stock_of(book) == 0


def test_a_declined_copy_that_nobody_waits_for_goes_on_sale():
    book = sold_out()
    place = join(book)
    deliver(book, 1)

    offers.decline(key=place.key, now=timezone.now())

    assert stock_of(book) == 1
    assert StockMovement.objects.filter(reason="release", quantity=1).count() == 1


def test_a_skipped_copy_goes_on_and_the_place_is_kept_for_the_next_round():
    book = sold_out()
    waiting = line(book, 3)
    deliver(book, 1)

    offers.skip(key=waiting[0].key, now=timezone.now())
    assert states(waiting) == ["waiting", "offered", "waiting"]
    assert [places.number_of(place) for place in waiting] == [1, 2, 3]

    deliver(book, 1)
    assert states(waiting) == ["offered", "offered", "waiting"]


def test_a_skipped_round_is_not_offered_again():
    book = sold_out()
    place = join(book)
    deliver(book, 1)
    offers.skip(key=place.key, now=timezone.now())
    assert stock_of(book) == 1

    assert offers.offer_left_over(now=timezone.now()) == 0
    assert states([place]) == ["waiting"]


def test_a_hold_that_is_over_goes_to_the_next():
    book, now = sold_out(), timezone.now()
    waiting = line(book, 2)
    deliver(book, 1, now=now)

    assert offers.expire(now=now + HOLD - timedelta(seconds=1)) == 0
    assert offers.expire(now=now + HOLD) == 1
    assert offers.expire(now=now + HOLD) == 0

    assert states(waiting) == ["lapsed", "offered"]


def test_after_the_hold_nothing_can_be_done_with_the_copy():
    book, now = sold_out(), timezone.now()
    place = join(book)
    deliver(book, 1, now=now)

    with pytest.raises(offers.NotHeld, match="is over"):
        offers.skip(key=place.key, now=now + HOLD)


def test_one_reminder_when_half_of_the_time_is_left():
    book, now = sold_out(), timezone.now()
    join(book)
    deliver(book, 1, now=now)

    assert offers.remind(now=now + timedelta(hours=23)) == 0
    assert offers.remind(now=now + timedelta(hours=24)) == 1
    assert offers.remind(now=now + timedelta(hours=25)) == 0
    assert OutboxMessage.objects.filter(subject__contains="still held").count() == 1


def test_a_copy_that_an_order_takes_is_sold_once_and_fulfils_the_place_when_paid():
    book, now = sold_out(), timezone.now()
    place = join(book)
    deliver(book, 1, now=now)

    with transaction.atomic():
        offers.claim([place.pk], order_number="ORDER1", now=now)
    assert stock_of(book) == 1
    with pytest.raises(offers.NotHeld), transaction.atomic():
        offers.claim([place.pk], order_number="ORDER2", now=now)
    offers.fulfil(order_number="ORDER1", now=now)

    assert states([place]) == ["fulfilled"]


def test_a_copy_in_an_order_is_not_passed_on():
    book, now = sold_out(), timezone.now()
    place = join(book)
    deliver(book, 1, now=now)
    with transaction.atomic():
        offers.claim([place.pk], order_number="ORDER1", now=now)

    assert offers.expire(now=now + HOLD) == 0
    with pytest.raises(places.IsBeingOrdered):
        offers.decline(key=place.key, now=now)
    with pytest.raises(places.IsBeingOrdered):
        places.leave(key=place.key, now=now)


@pytest.mark.parametrize(
    ("later", "first", "second"), [(1, "offered", "waiting"), (48, "lapsed", "offered")]
)
def test_an_order_that_is_not_paid_gives_the_copy_back_to_its_place_if_there_is_time(
    later, first, second
):
    book, now = sold_out(), timezone.now()
    waiting = line(book, 2)
    deliver(book, 1, now=now)
    with transaction.atomic():
        offers.claim([waiting[0].pk], order_number="ORDER1", now=now)
        sell(book)

    with transaction.atomic():
        offers.take_back(
            {book.pk: 1},
            order_number="ORDER1",
            who="a test",
            now=now + timedelta(hours=later),
        )

    assert states(waiting) == [first, second]
    assert stock_of(book) == 0


def sell(book):
    StockMovement.objects.create(
        book=book, quantity=-1, reason="sale", who="a test", at=timezone.now()
    )


def test_a_price_that_comes_late_is_no_reason_to_forget_who_waits():
    book = sold_out()
    place = join(book)
    Book.objects.filter(pk=book.pk).update(price=None)
    deliver(book, 2)
    assert states([place]) == ["waiting"]
    assert offers.offer_left_over(now=timezone.now()) == 0

    Book.objects.filter(pk=book.pk).update(price=Decimal(9))
    assert offers.offer_left_over(now=timezone.now()) == 1

    assert states([place]) == ["offered"]
    assert stock_of(book) == 1


def test_copies_that_came_round_the_list_are_offered_by_the_sweep():
    book = sold_out()
    place = join(book)
    receive(book, 1)

    assert offers.offer_left_over(now=timezone.now()) == 1
    assert states([place]) == ["offered"]


def test_a_closed_account_is_passed_over():
    book = sold_out()
    waiting = line(book, 2)
    waiting[0].user.is_active = False
    waiting[0].user.save()

    deliver(book, 1)

    assert states(waiting) == ["waiting", "offered"]


def test_a_copy_taken_back_leaves_the_stock_and_its_place_is_next():
    book = sold_out()
    waiting = line(book, 2)
    deliver(book, 1)

    overrides.take_back(
        key=waiting[0].key, reason="damaged", who="anna@example.org", now=timezone.now()
    )

    assert states(waiting) == ["waiting", "waiting"]
    assert stock_of(book) == 0
    event = PreBookingEvent.objects.get(kind="taken_back")
    assert (event.reason, event.who) == ("damaged", "anna@example.org")
    deliver(book, 1)
    assert states(waiting) == ["offered", "waiting"]


def test_an_override_needs_a_reason():
    place = join(sold_out())

    with pytest.raises(overrides.ReasonIsMissing):
        overrides.end_place(key=place.key, reason="  ", who="anna", now=timezone.now())


def test_clocks_that_differ_change_no_order():
    book, now = sold_out(), timezone.now()
    first = join(book, now=now)
    second = join(book, now=now - timedelta(hours=1))

    assert second.joined_at == first.joined_at
    assert places.number_of(first) == 1


def test_a_place_is_never_moved_and_ends_once():
    book, now = sold_out(), timezone.now()
    place = join(book)

    with pytest.raises(IntegrityError, match="never moved"), transaction.atomic():
        PreBooking.objects.filter(pk=place.pk).update(joined_at=now - HOLD)
    places.leave(key=place.key, now=now)
    with pytest.raises(IntegrityError, match="ends once"), transaction.atomic():
        PreBooking.objects.filter(pk=place.pk).update(state="waiting", ended_at=None)


def test_steps_stay_as_they_were_written():
    join(sold_out())

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        PreBookingEvent.objects.update(kind="lapsed")


def test_whoever_lets_a_copy_go_is_not_asked_for_what_came_meanwhile():
    book = sold_out()
    first, second = line(book, 2)
    deliver(book, 1)
    deliver(book, 3)
    offers.skip(key=first.key, now=timezone.now())

    assert offers.offer_left_over(now=timezone.now()) == 0
    assert states([first, second]) == ["waiting", "offered"]
    deliver(book, 1)
    assert states([first]) == ["offered"]


def test_a_book_taken_off_sale_costs_nobody_their_place():
    book, now = sold_out(), timezone.now()
    waiting = line(book, 2)
    deliver(book, 1, now=now)
    Book.objects.filter(pk=book.pk).update(price=None)

    assert offers.remind(now=now + timedelta(hours=30)) == 0
    assert offers.expire(now=now + HOLD) == 1

    assert states(waiting) == ["waiting", "waiting"]
    assert [places.number_of(place) for place in waiting] == [1, 2]
    assert not OutboxMessage.objects.filter(subject__contains="no longer held").exists()


def test_one_book_that_cannot_be_offered_keeps_no_other_from_it(monkeypatch):
    bad, good = sold_out(), sold_out()
    join(bad)
    place = join(good)
    receive(bad, 1)
    receive(good, 1)
    lock = offers.stock.lock

    def fail_for_one(book_ids):
        if bad.pk in book_ids:
            raise DatabaseError("deadlock detected")
        return lock(book_ids)

    monkeypatch.setattr(offers.stock, "lock", fail_for_one)

    assert offers.offer_left_over(now=timezone.now()) == 1
    assert states([place]) == ["offered"]
