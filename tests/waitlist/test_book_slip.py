"""The waiting list on the page of a book that cannot be bought."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog.volumes import volume_by_ean
from tests.conftest import KEPT
from tests.factories import BookFactory
from waitlist import offers
from waitlist.estimates import Days
from waitlist.models import ExpectedDelivery, PreBookingEvent
from waitlist.views.lists import waiting_list

from .lists import deliver, join, line, sold_out

pytestmark = pytest.mark.django_db


def coming(book, copies, days, **facts):
    day = timezone.localdate() + timedelta(days=days)
    facts = {"is_confirmed": True, **facts}
    return ExpectedDelivery.objects.create(book=book, copies=copies, due_on=day, **facts)


def slip_on(client, book) -> str:
    text = client.get(book.get_absolute_url()).text
    return text[text.index('id="waiting-list"') : text.index('<ul class="ways">')]


def test_a_book_that_can_be_bought_has_no_slip(client):
    assert "waiting-list" not in client.get(BookFactory(stock=1).get_absolute_url()).text


def test_a_book_that_nobody_can_wait_for_has_an_address_to_ask(client):
    text = client.get(sold_out(publishing_status="out_of_print").get_absolute_url()).text

    assert "waiting-list" not in text
    assert "Ask us" in text


def test_it_says_which_number_one_would_have_and_that_we_know_no_day(client):
    book = sold_out()
    line(book, 2)

    slip = slip_on(client, book)

    assert "No. 3" in slip
    assert "<dd>2</dd>" in slip
    assert "We do not know" in slip
    assert "held for 48 hours" in slip
    assert "Next delivery" not in slip


def test_it_names_the_next_confirmed_delivery_and_the_days(client):
    book = sold_out()
    line(book, 2)
    first = coming(book, 2, 5)
    second = coming(book, 10, 9)
    coming(book, 50, 1, is_confirmed=False)

    slip = slip_on(client, book)

    assert f'2 copies, <span class="nowrap">{first.due_on:%-d %B %Y}</span>' in slip
    assert f"<dd>{second.due_on:%-d %B %Y}</dd>" in slip


def test_copies_that_are_held_need_not_come_again(client, shopper, shopper_client):
    """Number 3 may have the first copy to come; if both who have one held skip, it needs three."""
    book = sold_out()
    line(book, 2)
    deliver(book, 2)
    first, last = coming(book, 1, 5), coming(book, 5, 90)

    stranger = slip_on(client, book)
    place = join(book, user=shopper)
    line(book, 1)

    days = str(Days(first.due_on, last.due_on))
    assert f"<dd>{days}</dd>" in stranger
    assert (place.promised_from, place.promised_to) == (first.due_on, last.due_on)
    assert f"<dd>{days}</dd>" in slip_on(shopper_client, book)
    assert f"<dd>{Days(last.due_on, last.due_on)}</dd>" in slip_on(client, book)


def test_copies_held_for_those_behind_bring_nobody_nearer(shopper, shopper_client):
    book = sold_out()
    skippers, behind = [join(book), join(book, user=shopper)], join(book)
    deliver(book, 1)
    for skipper in skippers:
        offers.skip(key=skipper.key, now=timezone.now())
    coming(book, 1, 5)
    second = coming(book, 1, 90)

    behind.refresh_from_db()
    assert behind.is_offered
    assert f"<dd>{Days(second.due_on, second.due_on)}</dd>" in slip_on(shopper_client, book)


def test_the_hours_are_those_of_the_setting(client, settings):
    settings.HOLD_HOURS = 12

    assert "held for 12 hours" in slip_on(client, sold_out())


def test_a_member_joins_with_one_press(shopper_client, shopper):
    book = sold_out()
    line(book, 1)
    assert f'action="/queue/{book.ean}/join/"' in slip_on(shopper_client, book)

    page = shopper_client.post(f"/queue/{book.ean}/join/", follow=True)

    place = shopper.pre_bookings.get()
    assert page.redirect_chain == [(place.get_absolute_url(), 302)]
    assert "You are on the list as number 2." in page.text


def test_a_stranger_is_led_to_the_list_by_way_of_signing_in(client):
    book = sold_out()

    slip = slip_on(client, book)

    assert f'href="/accounts/login/?next=/queue/{book.ean}/"' in slip
    assert "<form" not in slip


def test_whoever_has_a_place_sees_it(shopper_client, shopper):
    book = sold_out()
    line(book, 1)
    place = join(book, user=shopper)
    line(book, 4)

    slip = slip_on(shopper_client, book)

    assert "No. 2" in slip
    assert "You joined as number 2 on" in slip
    assert f"{place.get_absolute_url()}leave/" in slip
    assert "/join/" not in slip


def test_whoever_has_a_held_copy_is_led_to_it(shopper_client, shopper):
    book = sold_out()
    place = join(book, user=shopper)
    deliver(book, 1)

    slip = slip_on(shopper_client, book)

    assert "Held" in slip
    assert f'class="btn" href="{place.get_absolute_url()}"' in slip


def test_the_kept_page_shows_each_reader_their_own_slip(client, shopper_client, shopper, settings):
    settings.CACHES = {**settings.CACHES, **KEPT}
    book = sold_out()
    place = join(book, user=shopper)

    assert "No. 2" in slip_on(client, book)
    assert str(place.key) in slip_on(shopper_client, book)
    assert str(place.key) not in slip_on(client, book)


def test_the_length_of_the_list_is_never_that_of_a_minute_ago(client, settings):
    settings.CACHES = {**settings.CACHES, **KEPT}
    book = sold_out()
    line(book, 2)
    assert "Waiting list, 2 people" in client.get(book.get_absolute_url()).text

    join(book)

    text = client.get(book.get_absolute_url()).text
    assert "Waiting list, 3 people" in text
    assert "No. 4" in text


@pytest.mark.parametrize(("expected", "queries"), [(0, 3), (3, 5)])
def test_the_slip_of_a_member_costs_five_queries_at_most(
    rf, shopper, expected, queries, django_assert_num_queries
):
    book = sold_out()
    join(book, user=shopper)
    for days in range(expected):
        coming(book, 3, days)
    volume = volume_by_ean(book.ean)
    request = rf.get("/")
    request.user = shopper

    with django_assert_num_queries(queries):
        waiting_list(request, volume)


def test_a_book_that_can_be_bought_costs_no_query_more(client, settings, django_assert_num_queries):
    settings.CACHES = {**settings.CACHES, **KEPT}
    book = BookFactory(stock=1)
    client.get(book.get_absolute_url())
    client.cookies.clear()

    with django_assert_num_queries(1):
        client.get(book.get_absolute_url())


def test_days_are_said_as_short_as_they_are_clear():
    said = {
        Days(date(2026, 12, 4), date(2026, 12, 4)): "4 December 2026",
        Days(date(2027, 1, 8), date(2027, 1, 19)): "8 to 19 January 2027",
        Days(date(2027, 1, 28), date(2027, 2, 3)): "28 January to 3 February 2027",
        Days(date(2026, 12, 28), date(2027, 1, 3)): "28 December 2026 to 3 January 2027",
        Days(date(2027, 1, 8), None): "8 January 2027 at the earliest",
    }
    assert {str(days): words for days, words in said.items()} == {
        words: words for words in said.values()
    }


def test_a_range_counts_on_those_who_let_their_copies_go(client):
    """Of ten offers half were taken, so number 2 may have the first of two copies to come."""
    book = sold_out()
    for kind in ["fulfilled"] * 5 + ["declined"] * 5:
        place = join(sold_out())
        PreBookingEvent.objects.create(pre_booking=place, book=book, kind=kind, at=timezone.now())
    line(book, 1)
    first, last = coming(book, 1, 5), coming(book, 1, 40)

    slip = slip_on(client, book)

    assert f"{first.due_on:%-d %B}" in slip
    assert f" to {last.due_on:%-d %B %Y}</dd>" in slip
