"""The page of one place, for whoever has its link, and what can be done there."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from catalog.models import Book, Work
from tests.factories import BookFactory
from waitlist import offers, overrides
from waitlist.models import PreBooking

from .lists import deliver, join, line, sold_out, states, stock_of

pytestmark = pytest.mark.django_db

HOLD = timedelta(hours=48)


def offered(**facts) -> PreBooking:
    """A place for which a copy is held, with one more behind it."""
    book = sold_out(**facts)
    place, _behind = line(book, 2)
    deliver(book, 1)
    return place


def text_of(place: PreBooking, client: Client | None = None) -> str:
    response = (client or Client()).get(place.get_absolute_url())
    assert response.status_code == 200
    return response.text


def act(place: PreBooking, verb: str, client: Client | None = None):
    return (client or Client()).post(f"{place.get_absolute_url()}{verb}/", follow=True)


def order_of(place: PreBooking, number: str = "ORDER1") -> None:
    with transaction.atomic():
        offers.claim([place.pk], order_number=number, now=timezone.now())


@pytest.mark.parametrize("verb", ["", "leave/", "decline/"])
def test_its_owner_finds_the_way_through_the_account_on_each_page(shopper, shopper_client, verb):
    book = sold_out()
    place = join(book, user=shopper)
    deliver(book, 1)
    tabs = '<nav class="tabs"'

    assert tabs in shopper_client.get(f"{place.get_absolute_url()}{verb}").text
    assert tabs not in Client().get(f"{place.get_absolute_url()}{verb}").text


def test_a_waiting_place_has_its_number_and_can_be_left():
    book = sold_out()
    first, second, _third = line(book, 3)
    act(first, "leave")

    text = text_of(second)

    assert "No. 1" in text
    assert "You joined as number 2 on" in text
    assert "£10.00 at most" in text
    assert f'href="{second.get_absolute_url()}leave/"' in text
    assert "Buy my copy" not in text


def test_a_held_copy_can_be_bought_let_go_or_passed_on_without_signing_in():
    place = offered()
    place.refresh_from_db()

    text = text_of(place)

    address = place.get_absolute_url()
    assert "It is your turn" in text
    assert f'<form method="post" action="{address}accept/">' in text
    assert f'<form method="post" action="{address}skip/">' in text
    assert f'href="{address}decline/"' in text
    until = timezone.localtime(place.hold_until)
    assert f"{until:%A} {until.day} {until:%B %Y, %H:%M %Z}" in text
    assert "£10.00 (as when you joined)" in text


def test_buying_puts_the_copy_into_the_basket():
    place = offered(title="Gitanjali")

    page = act(place, "accept")

    assert page.redirect_chain[-1][0] == "/basket/"
    assert "“Gitanjali” is in your basket" in page.text
    assert states([place]) == ["offered"]


def test_buying_too_late_is_said_in_the_page_of_the_place():
    place = offered()
    offers.expire(now=timezone.now() + HOLD)

    assert "The time your copy was held for is over." in act(place, "accept").text


def test_a_lower_price_is_said_beside_that_of_the_day_of_joining():
    book = sold_out()
    place = join(book)
    Book.objects.update(price="8.50")
    deliver(book, 1)

    assert "£8.50 (when you joined it was £10.00)" in text_of(place)


def test_a_hold_whose_time_is_over_offers_nothing():
    place = offered()
    PreBooking.objects.filter(pk=place.pk).update(hold_until=timezone.now() - timedelta(seconds=1))

    text = text_of(place)

    assert "any minute" in text
    assert "accept/" not in text


def test_the_page_is_for_no_cache_no_search_engine_and_no_other_site():
    response = Client().get(offered().get_absolute_url())

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in response.text


def test_the_page_names_nobody(shopper):
    book = sold_out()
    place = join(book, user=shopper)
    deliver(book, 1)

    text = text_of(place)

    assert "Sam" not in text
    assert shopper.email not in text


def test_no_page_of_a_place_changes_anything_by_being_opened():
    place = offered()

    for verb in ("", "leave/", "decline/"):
        assert Client().get(f"{place.get_absolute_url()}{verb}").status_code == 200
    assert Client().get(f"{place.get_absolute_url()}skip/").status_code == 405

    assert states([place]) == ["offered"]


def test_skipping_keeps_the_place_and_passes_the_copy_on():
    place = offered()

    page = act(place, "skip")

    assert "You have kept your place" in page.text
    assert states(PreBooking.objects.order_by("pk")) == ["waiting", "offered"]


def test_declining_asks_first_and_then_passes_the_copy_on():
    place = offered()
    asked = Client().get(f"{place.get_absolute_url()}decline/").text
    assert "Pass the copy on?" in asked
    assert f'action="{place.get_absolute_url()}decline/"' in asked

    page = act(place, "decline")

    assert "the copy goes to the next in line" in page.text
    assert "You passed the copy on" in page.text
    assert states(PreBooking.objects.order_by("pk")) == ["declined", "offered"]


def test_leaving_asks_first_and_then_ends_the_place():
    place, behind = line(sold_out(), 2)
    assert "You are number 2 now" in Client().get(f"{behind.get_absolute_url()}leave/").text

    page = act(place, "leave")

    assert "You have left the list." in page.text
    assert "Your place has ended" in page.text
    assert states([place, behind]) == ["cancelled", "waiting"]


def test_what_cannot_be_done_with_a_place_is_not_asked():
    place = line(sold_out(), 1)[0]
    address = place.get_absolute_url()

    assert Client().get(f"{address}decline/").url == address
    act(place, "leave")
    assert Client().get(f"{address}leave/").url == address


@pytest.mark.parametrize("verb", ["skip", "decline"])
def test_nothing_is_held_for_who_waits(verb):
    place = join(sold_out())

    assert "No copy is held for you now." in act(place, verb).text
    assert states([place]) == ["waiting"]


@pytest.mark.parametrize("verb", ["skip", "decline"])
def test_too_late_is_said_in_the_page(verb):
    place = offered()
    offers.expire(now=timezone.now() + HOLD)

    page = act(place, verb)

    assert "The time your copy was held for is over." in page.text
    assert "The hold ended, and the copy went to the next in line." in page.text


def test_a_place_is_left_once():
    place = join(sold_out())
    act(place, "leave")

    assert "has ended already" in act(place, "leave").text


@pytest.mark.parametrize("verb", ["skip", "decline", "leave"])
def test_a_copy_that_is_being_ordered_stays_in_its_order(verb):
    place = offered()
    order_of(place)

    page = act(place, verb)

    assert "Cancel that first." in page.text
    assert states([place]) == ["offered"]


def test_the_owner_finds_the_order_and_others_only_hear_of_it(shopper, shopper_client):
    book = sold_out()
    place = join(book, user=shopper)
    deliver(book, 1)
    order_of(place, "ORDER1")

    assert 'href="/orders/ORDER1/"' in text_of(place, shopper_client)
    seen_by_others = text_of(place)
    assert "waits for its payment" in seen_by_others
    assert "ORDER1" not in seen_by_others


def test_a_copy_that_is_paid_for_is_bought():
    place = offered()
    order_of(place)
    offers.fulfil(order_number="ORDER1", now=timezone.now())

    text = text_of(place)

    assert "You have had your copy" in text
    assert "join" not in text[text.index("<h1>") : text.index('id="steps"')].lower().replace(
        "joined", ""
    )


def test_a_place_that_the_shop_ended_says_why():
    place = join(sold_out())
    overrides.end_place(key=place.key, reason="Two accounts", who="anna", now=timezone.now())

    text = text_of(place)

    assert "We ended this place: Two accounts" in text
    assert "anna" not in text


def test_after_a_place_one_can_join_again_at_the_end(shopper, shopper_client):
    book = sold_out()
    place = join(book, user=shopper)
    line(book, 3)
    deliver(book, 1)
    act(place, "decline")

    assert "Join as number 4" in text_of(place, shopper_client)
    assert "Sign in to join as number 4" in text_of(place)
    shopper_client.post(f"/queue/{book.ean}/join/")

    assert "You have a new place" in text_of(place, shopper_client)


def test_after_a_place_one_can_buy_what_is_left():
    book = sold_out()
    place = join(book)
    deliver(book, 1)
    act(place, "decline")

    text = text_of(place)

    assert "It can be bought now" in text
    assert "/join/" not in text


def test_after_a_place_other_editions_in_stock_are_named():
    work = Work.objects.create(title="Emma")
    book = sold_out(work=work)
    paperback = BookFactory(title="Emma, the paperback", work=work, stock=1)
    BookFactory(title="Emma, sold out", work=work, stock=0)
    place = join(book)
    act(place, "leave")

    text = text_of(place)

    assert paperback.get_absolute_url() in text
    assert "Emma, sold out" not in text


def test_a_book_of_no_work_has_no_other_editions():
    BookFactory(title="Another book", stock=1)
    place = join(sold_out())
    act(place, "leave")

    assert "Another book" not in text_of(place)


@pytest.mark.parametrize("verb", ["", "leave/", "decline/"])
def test_a_key_that_nobody_has_is_no_page(verb):
    address = f"/prebooks/place/{uuid.uuid4()}/{verb}"

    assert Client().get(address).status_code == 404
    if verb:
        assert Client().post(address).status_code == 404
    assert Client().get("/prebooks/place/not-a-key/").status_code == 404


def test_the_page_of_a_place_costs_the_same_however_long_the_list_is(django_assert_num_queries):
    book = sold_out()
    place = line(book, 1)[0]
    client = Client()
    client.get(place.get_absolute_url())

    with django_assert_num_queries(3):
        client.get(place.get_absolute_url())
    line(book, 20)
    with django_assert_num_queries(3):
        client.get(place.get_absolute_url())


def test_passing_on_all_through_leaves_the_copy_on_sale():
    place = offered()
    behind = PreBooking.objects.order_by("pk").last()
    act(place, "decline")
    act(behind, "decline")

    assert stock_of(place.book) == 1
