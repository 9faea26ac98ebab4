from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from catalog.models import Book
from tests.audits import findings, found_by, without_triggers
from waitlist import offers, overrides, places
from waitlist.audits import CHECKS
from waitlist.models import PreBooking, PreBookingEvent

from .lists import deliver, line, sold_out

pytestmark = pytest.mark.django_db


def test_a_list_in_the_middle_of_its_life_is_right():
    book, now = sold_out(), timezone.now()
    waiting = line(book, 6)
    deliver(book, 4)
    offers.decline(key=waiting[0].key, now=now)
    offers.skip(key=waiting[1].key, now=now)
    with transaction.atomic():
        offers.claim([waiting[2].pk], order_number="ORDER1", now=now)
    places.leave(key=waiting[5].key, now=now)

    # The order itself is another app's.
    assert findings(*(check.slug for check in CHECKS)) == []


def test_a_copy_taken_back_by_staff_may_come_to_the_same_place_again():
    book, now = sold_out(), timezone.now()
    first, second = line(book, 2)
    deliver(book, 2)
    overrides.take_back(key=first.key, reason="damaged", who="anna", now=now)
    offers.decline(key=second.key, now=now)

    first.refresh_from_db()
    assert first.is_offered
    assert findings() == []


def test_a_copy_that_is_passed_on_may_go_to_whoever_had_another_when_it_came():
    book, now = sold_out(), timezone.now()
    first, second = line(book, 2)
    deliver(book, 1)
    deliver(book, 1)
    overrides.take_back(key=first.key, reason="damaged", who="anna", now=now)
    offers.decline(key=second.key, now=now)

    first.refresh_from_db()
    assert first.is_offered
    assert findings() == []


def test_a_copy_that_is_left_over_may_go_to_whoever_had_a_closed_account_when_it_came():
    book = sold_out()
    first, _second = line(book, 2)
    User.objects.filter(pk=first.user_id).update(is_active=False)
    deliver(book, 2)
    User.objects.update(is_active=True)

    assert offers.offer_left_over(now=timezone.now()) == 1
    assert findings() == []


def test_a_length_that_is_not_the_number_of_places_is_found():
    book = sold_out()
    line(book, 2)
    with without_triggers("catalog_book"):
        Book.objects.filter(pk=book.pk).update(queue_length=3)

    assert found_by("As many wait") == [f"book {book.pk} ({book.ean}): queue length 3, places 2"]


def test_a_place_that_ended_uncounted_is_found():
    book = sold_out()
    line(book, 1)
    with without_triggers("waitlist_prebooking"):
        PreBooking.objects.update(state="cancelled", ended_at=timezone.now())

    assert found_by("As many wait") == [f"book {book.pk} ({book.ean}): queue length 1, places 0"]


def test_an_offer_without_a_held_copy_is_found():
    book = sold_out()
    waiting = line(book, 2)
    deliver(book, 1)
    offered = PreBooking.objects.get(pk=waiting[0].pk)
    fields = ("arrival", "offered_at", "hold_until", "offer_price")
    like_it = {field: getattr(offered, field) for field in fields}
    PreBooking.objects.filter(pk=waiting[1].pk).update(state="offered", **like_it)

    assert found_by("As many copies") == [
        f"book {book.pk} ({book.ean}): held in the ledger 1, offered 2"
    ]


def test_a_held_copy_that_nobody_is_offered_is_found():
    book = sold_out()
    line(book, 1)
    deliver(book, 1)
    PreBooking.objects.update(state="waiting")

    assert found_by("As many copies") == [
        f"book {book.pk} ({book.ean}): held in the ledger 1, offered 0"
    ]


def test_an_offer_out_of_turn_is_found():
    book = sold_out()
    _first, second, third = line(book, 3)
    deliver(book, 3)
    with without_triggers("waitlist_prebookingevent"):
        PreBookingEvent.objects.filter(kind="offered", pre_booking=second).update(pre_booking=third)
        last = PreBookingEvent.objects.filter(kind="offered").latest("pk")
        PreBookingEvent.objects.filter(pk=last.pk).update(pre_booking=second)

    arrival = last.arrival_id
    assert found_by("Copies that come") == [
        f"round {arrival} of book {book.pk}: place {second.pk} after place {third.pk}, "
        "which stands behind it"
    ]


@pytest.mark.parametrize(("minutes", "is_found"), [(59, False), (61, True)])
def test_a_hold_that_nobody_ended_is_found_after_an_hour(minutes, is_found):
    book, now = sold_out(), timezone.now()
    [place] = line(book, 1)
    deliver(book, 1)
    PreBooking.objects.update(hold_until=now - timedelta(minutes=minutes))

    found = found_by("No copy is held")

    assert [words.partition(":")[0] for words in found] == (
        [f"place {place.pk} for book {book.pk}"] if is_found else []
    )


def test_a_hold_whose_copy_is_being_paid_for_may_last():
    book, now = sold_out(), timezone.now()
    [place] = line(book, 1)
    deliver(book, 1)
    with transaction.atomic():
        offers.claim([place.pk], order_number="ORDER1", now=now)
    PreBooking.objects.update(hold_until=now - timedelta(days=1))

    assert found_by("No copy is held") == []


def test_a_length_can_be_set_to_the_number_of_places_alone():
    book = sold_out()
    line(book, 2)
    row = Book.objects.filter(pk=book.pk)
    with without_triggers("catalog_book"):
        row.update(queue_length=3)

    with pytest.raises(IntegrityError, match="Only places"), transaction.atomic():
        row.update(queue_length=1)
    row.update(queue_length=2)

    assert row.get().queue_length == 2
