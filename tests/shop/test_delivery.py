"""When a book can be at the door."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from shop.delivery import Arrival, arrival, delivery_lines
from shop.models import DeliveryMethod
from tests.factories import BookFactory, DeliveryMethodFactory

SHOP = ZoneInfo("Europe/London")


def at(day: int, hour: int, *, month: int = 11, zone: ZoneInfo = SHOP) -> datetime:
    return datetime(2026, month, day, hour, 59, tzinfo=zone)


def tracked(**changes) -> DeliveryMethod:
    return DeliveryMethod(
        **{"price": 3, "days_from": 2, "days_to": 3, "cutoff_hour": 15, **changes}
    )


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (at(23, 14), date(2026, 11, 25), date(2026, 11, 26)),  # a Monday, before the cut-off
        (at(23, 15), date(2026, 11, 26), date(2026, 11, 27)),  # and after it
        (at(26, 9), date(2026, 11, 30), date(2026, 12, 1)),  # over the weekend
        (at(27, 16), date(2026, 12, 2), date(2026, 12, 3)),  # a Friday evening
        (at(28, 9), date(2026, 12, 2), date(2026, 12, 3)),  # a Saturday
    ],
)
def test_working_days_count_from_the_cut_off(now, first, last):
    coming = arrival(tracked(), now)

    assert (coming.first, coming.last) == (first, last)


def test_the_cut_off_is_in_the_time_zone_of_the_shop():
    # In summer London is an hour ahead of UTC: 14.59 there is 15.59 here, and too late.
    coming = arrival(tracked(), at(6, 14, month=7, zone=ZoneInfo("UTC")))

    assert coming.order_on == date(2026, 7, 7)


def test_what_is_ready_today_is_ready_today_and_never_on_a_sunday():
    ready = tracked(days_from=0, days_to=0)

    assert arrival(ready, at(23, 9)) == Arrival(*[date(2026, 11, 23)] * 3)
    assert arrival(ready, at(29, 9)).first == date(2026, 11, 30)


def test_without_a_cut_off_every_order_counts_today():
    assert arrival(tracked(cutoff_hour=24), at(23, 23)).order_on == date(2026, 11, 23)


def test_a_method_that_names_no_days_promises_none():
    assert arrival(tracked(days_from=None, days_to=None), at(23, 9)) is None


# Lines


@pytest.fixture
def lines(db):
    DeliveryMethod.objects.all().delete()

    def lines(now: datetime, **fields) -> list[tuple[str, str, str]]:
        DeliveryMethodFactory(name="Tracked", **fields)
        return [(line.name, line.days, line.terms) for line in delivery_lines(now)]

    return lines


def test_a_range_of_days_is_named_with_price_and_cut_off(lines):
    found = lines(at(23, 9), days_from=2, days_to=3, price="2.95", free_from="25.00")

    terms = "£2.95, or free from £25.00. Order before 3 p.m. today."
    assert found == [("Tracked", "Wednesday 25 to Thursday 26 November", terms)]


def test_a_single_day_is_no_promise(lines):
    [(_name, days, terms)] = lines(at(27, 16), days_from=1, days_to=1)

    assert days == "about Tuesday 1 December"
    assert terms == "£2.95. Order before 3 p.m. on Monday."


def test_days_of_two_months_name_both(lines):
    [(_name, days, _terms)] = lines(at(26, 9), days_from=2, days_to=3)

    assert days == "Monday 30 November to Tuesday 1 December"


def test_methods_without_days_or_not_offered_are_left_out(lines):
    DeliveryMethodFactory(days_from=1, days_to=2, is_active=False)

    assert lines(at(23, 9)) == []


# On the page


@pytest.mark.django_db
def test_the_page_of_a_book_in_stock_names_the_days(client):
    text = client.get(BookFactory().get_absolute_url()).text

    assert "<b>Tracked, to your door: " in text
    assert "<b>Next working day: about " in text
    assert "<b>Collect in the shop: " in text


@pytest.mark.django_db
def test_the_page_of_a_book_out_of_stock_names_none(client):
    text = client.get(BookFactory(stock=0).get_absolute_url()).text

    assert "Tracked, to your door" not in text
    assert "Delivery and what it costs" in text


# What must never be


@pytest.mark.django_db
@pytest.mark.parametrize(
    "days",
    [
        {"days_from": 3, "days_to": 2},
        {"days_from": 1},
        {"days_to": 1},
        {"cutoff_hour": 0},
        {"cutoff_hour": 25},
    ],
)
def test_days_out_of_order_are_refused(days):
    with pytest.raises(ValidationError):
        DeliveryMethod(name="By post", price=1, **days).full_clean()
    with pytest.raises(IntegrityError):
        DeliveryMethodFactory(**days)
