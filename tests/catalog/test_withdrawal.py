"""A book is withdrawn from sale, and put back; what becomes of those who want it."""

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog import withdrawal
from catalog.models import Book
from shop.cart import Shopper
from shop.models import Order
from shop.services import checkout
from tests.accounts.test_staff_groups import member_of
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.shop.conftest import fill, place
from tests.threads import at_once
from tests.waitlist.lists import assert_sane, deliver, line, sold_out, states, stock_of
from waitlist import offers
from waitlist.models import PreBookingEvent

pytestmark = pytest.mark.django_db


def withdraw(book: Book, **changes):
    said = {"reason": "Misprinted", "end_places": True, "who": "stella@octavo.example"}
    now = timezone.now()
    return withdrawal.withdraw(book_id=book.pk, **{**said, "now": now, **changes})


def put_back(book: Book, now=None):
    said = {"reason": "", "who": "stella@octavo.example"}
    return withdrawal.put_back(book_id=book.pk, now=now or timezone.now(), **said)


def page_of(book: Book, act: str) -> str:
    return f"/admin/catalog/book/{book.pk}/{act}/"


@pytest.fixture
def guest() -> Shopper:
    DeliveryMethodFactory()
    return Shopper(token=uuid.uuid4())


def test_staff_withdraw_a_book_and_put_it_back(client, staff_client, staff):
    book = BookFactory(title="Emma")
    assert page_of(book, "withdraw") in staff_client.get(page_of(book, "change")).text

    done = staff_client.post(page_of(book, "withdraw"), {"reason": "Misprinted"}, follow=True)

    assert "“Emma” is withdrawn from sale." in done.text
    assert client.get(book.get_absolute_url()).status_code == 404
    step = Book.history.latest()
    assert (step.history_user_id, step.history_change_reason) == (staff.email, "Misprinted")
    asked = staff_client.get(page_of(book, "put-back")).text
    assert f"Withdrawn by {staff.email}" in asked and "Misprinted" in asked

    staff_client.post(page_of(book, "put-back"), {"reason": ""})

    assert client.get(book.get_absolute_url()).status_code == 200
    assert Book.history.count() == 3


def test_a_withdrawal_needs_a_reason(staff_client):
    book = BookFactory()

    page = staff_client.post(page_of(book, "withdraw"), {"reason": "  "})

    assert page.status_code == 422
    assert page.context["form"].errors["reason"]
    book.refresh_from_db()
    assert not book.is_withdrawn
    assert not Book.history.exists()


@pytest.mark.parametrize("group", ["Fulfilment", "Auditor"])
def test_only_those_who_keep_the_catalogue_withdraw(group):
    book = BookFactory()
    client = member_of(group)

    for act in ("withdraw", "put-back"):
        assert page_of(book, act) not in client.get(page_of(book, "change")).text
        assert client.get(page_of(book, act)).status_code == 403
        assert client.post(page_of(book, act), {"reason": "x"}).status_code == 403


def test_what_is_done_already_is_said_and_changes_nothing(staff_client):
    book, on_sale = BookFactory(withdrawn_at=timezone.now()), BookFactory()

    again = staff_client.post(page_of(book, "withdraw"), {"reason": "x"})
    back = staff_client.post(page_of(on_sale, "put-back"), {"reason": "x"})

    assert (again.status_code, back.status_code) == (422, 422)
    assert "withdrawn already" in again.text
    assert "is on sale" in back.text
    assert not Book.history.exists()


def test_the_day_of_withdrawal_is_no_field_to_type_in(staff_client):
    page = staff_client.get(page_of(BookFactory(), "change")).text

    assert 'name="withdrawn_at' not in page


def test_the_page_says_what_becomes_of_whom(staff_client, guest):
    book = BookFactory(stock=3)
    fill(guest, book)
    place(guest)
    fill(guest, book)
    wanted = sold_out()
    line(wanted, 2)

    page = staff_client.get(page_of(book, "withdraw")).text
    assert "It is in 1 basket" in page
    assert "1 order with it is not posted yet" in page
    assert "2 people wait for it." in staff_client.get(page_of(wanted, "withdraw")).text


def test_places_end_with_a_mail_and_held_copies_come_back(staff_client):
    book = sold_out(title="Emma")
    places = line(book, 3)
    deliver(book, 1)
    OutboxMessage.objects.all().delete()

    said = {"reason": "Misprinted", "end_places": "on"}
    staff_client.post(page_of(book, "withdraw"), said)

    assert states(places) == ["cancelled"] * 3
    assert stock_of(book) == 1
    mails = OutboxMessage.objects.order_by("pk")
    assert [mail.to for mail in mails] == [place.user.email for place in places]
    assert all("Misprinted" in mail.body for mail in mails)
    ended = PreBookingEvent.objects.filter(kind="ended")
    assert set(ended.values_list("reason", flat=True)) == {"Misprinted"}
    assert_sane(Book.objects.get(pk=book.pk))


def test_places_that_are_kept_are_offered_once_the_book_is_back():
    book = sold_out()
    places = line(book, 2)
    withdraw(book, end_places=False)
    deliver(book, 1)
    offers.sweep(now=timezone.now())
    assert states(places) == ["waiting", "waiting"]

    put_back(book)
    offers.sweep(now=timezone.now())

    assert states(places) == ["offered", "waiting"]


def test_where_a_place_cannot_be_ended_nothing_is_withdrawn(monkeypatch):
    book = sold_out()
    line(book, 1)
    monkeypatch.delattr("waitlist.emails.write_ended")

    with pytest.raises(AttributeError):
        withdraw(book)

    book.refresh_from_db()
    assert not book.is_withdrawn


def test_a_second_withdrawal_tells_of_its_own_reason(staff_client):
    book = BookFactory()
    now = timezone.now()
    withdraw(book, reason="First", now=now)
    put_back(book, now + timedelta(hours=1))
    withdraw(book, reason="Second", now=now + timedelta(hours=2))

    page = staff_client.get(page_of(book, "put-back")).text
    assert "Second" in page and "First" not in page


@pytest.mark.slow
def test_of_two_withdrawals_at_once_one_is_told_that_it_is_done(
    transactional_db, meeting, monkeypatch
):
    book, effects = BookFactory(), withdrawal.effects
    monkeypatch.setattr(withdrawal, "effects", lambda: meeting.stop(effects))

    first, second = at_once(
        [partial(withdraw, book), lambda: meeting.join(partial(withdraw, book))]
    )

    assert isinstance(first, Book)
    assert isinstance(second, withdrawal.IsWithdrawn)


@pytest.mark.slow
def test_an_order_is_before_a_withdrawal_or_is_refused(transactional_db):
    DeliveryMethodFactory()
    guest = Shopper(token=uuid.uuid4())
    book = BookFactory(stock=2)
    fill(guest, book)

    ordered, withdrawn = at_once([partial(place, guest), partial(withdraw, book)])

    assert isinstance(withdrawn, Book)
    if isinstance(ordered, Order):
        assert stock_of(book) == 1
    else:
        assert isinstance(ordered, checkout.CannotPlaceOrder)
        assert not Order.objects.exists() and stock_of(book) == 2


@pytest.mark.slow
def test_an_order_that_began_before_a_withdrawal_and_comes_after_it_is_refused(
    transactional_db, meeting, monkeypatch
):
    DeliveryMethodFactory()
    guest = Shopper(token=uuid.uuid4())
    book = BookFactory(stock=2)
    fill(guest, book)
    follow = withdrawal.effects

    # The withdrawal has written its row, and stops until the order waits for it.
    monkeypatch.setattr(withdrawal, "effects", lambda: meeting.stop(follow))
    withdrawn, ordered = at_once(
        [partial(withdraw, book), lambda: meeting.join(partial(place, guest))]
    )

    assert isinstance(withdrawn, Book)
    assert isinstance(ordered, checkout.CannotPlaceOrder)
    assert not Order.objects.exists() and stock_of(book) == 2
