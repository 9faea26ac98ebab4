"""Somebody withdraws: the pages, without an account, and what the shop does then."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import Order, OrderEvent, Refund, Withdrawal
from shop.services import cancelling, posting, withdrawing
from tests.factories import BookFactory

from .conftest import ADDRESS, decline, fill, pay, place

MONDAY = datetime(2026, 11, 23, 10, 41, tzinfo=UTC)


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=5)


@pytest.fixture
def waiting(guest, emma):
    fill(guest, emma, quantity=2)
    return place(guest)


@pytest.fixture
def order(waiting):
    return pay(waiting.number)


def post(order) -> Order:
    return posting.post_order(number=order.number, tracking="", who="stella", now=MONDAY)


def withdraw(order, **changes) -> Withdrawal:
    declared = {
        "number": order.number,
        "key": uuid.uuid4(),
        "name": "Nadia Rahman",
        "email": ADDRESS["email"],
        "words": "",
        "now": MONDAY,
    }
    return withdrawing.withdraw(**{**declared, **changes})


def form_about(order, **changes) -> dict[str, str]:
    known = {"name": "Nadia Rahman", "number": order.number, "email": ADDRESS["email"], "words": ""}
    return {**known, **changes}


def text(response) -> str:
    return response.content.decode()


def mails() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.order_by("pk"))


def test_a_whole_order_that_has_not_left_is_cancelled_and_refunded(order, emma):
    withdraw(order)

    order.refresh_from_db()
    emma.refresh_from_db()
    refund = Refund.objects.get()
    assert order.is_cancelled
    assert emma.stock == 5
    assert (refund.amount, refund.reason) == (order.total, Refund.Reason.WITHDRAWN)


def test_the_receipt_says_what_was_declared_and_when(order):
    withdraw(order, words="Emma, one copy")

    receipt, to_staff = mails()[-2:]
    assert receipt.to == ADDRESS["email"]
    assert receipt.subject == f"Receipt: you withdraw from your order {order.number} at Octavo"
    assert "Received: 23 November 2026, 10:41 GMT" in receipt.body
    assert f"for these books of order {order.number}: Emma, one copy" in receipt.body
    assert to_staff.to == "hello@octavo.example"
    assert "Emma, one copy" in to_staff.body


def test_an_order_on_its_way_waits_for_the_books(order):
    post(order)

    withdraw(order)

    order.refresh_from_db()
    assert order.is_confirmed
    assert not Refund.objects.exists()
    assert "Please send the books back within 14 days" in mails()[-2].body


def test_some_books_of_an_order_wait_for_staff(order):
    withdraw(order, words="Emma, one copy")

    order.refresh_from_db()
    event = OrderEvent.objects.latest("pk")
    assert order.is_confirmed
    assert (event.kind, event.note) == (OrderEvent.Kind.WITHDRAWN, "Emma, one copy")
    assert "we take these books out of it" in mails()[-2].body


def test_confirming_twice_is_one_declaration(order):
    key = uuid.uuid4()

    first = withdraw(order, key=key)
    second = withdraw(order, key=key)

    assert first == second
    assert Refund.objects.count() == 1


def test_the_last_day_is_the_fourteenth_after_the_arrival(order):
    posted = post(order)
    last = timezone.make_aware(
        datetime.combine(posted.expected_on + timedelta(days=14), datetime.max.time())
    )

    with pytest.raises(withdrawing.TimeIsOver, match="was 21 December 2026"):
        withdraw(order, now=last + timedelta(seconds=1))
    assert not Withdrawal.objects.exists()
    assert withdraw(order, now=last).order == order


def test_before_it_leaves_an_order_can_be_withdrawn_from_at_any_time(order):
    assert withdraw(order, now=MONDAY + timedelta(days=400)).is_whole


@pytest.mark.parametrize(
    ("settle", "words"),
    [
        (lambda order: None, "is not paid yet"),
        (lambda order: decline(order.number), "was not paid"),
        (
            lambda order: cancelling.cancel_order(number=order.number, who="sam", now=MONDAY),
            "is cancelled already",
        ),
    ],
    ids=["waiting", "declined", "cancelled"],
)
def test_without_a_contract_there_is_nothing_to_withdraw_from(waiting, settle, words):
    settle(waiting)

    with pytest.raises(withdrawing.NothingToWithdrawFrom, match=words):
        withdraw(waiting)

    assert not Withdrawal.objects.exists()


def test_a_declaration_stays_as_it_came(order):
    withdrawal = withdraw(order, words="Emma")

    for act in (withdrawal.delete, lambda: Withdrawal.objects.update(words="nothing")):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            act()


def test_a_stranger_with_number_and_e_mail_withdraws_in_two_steps(order):
    client = Client()

    second = client.post("/withdraw/", form_about(order), follow=True)
    assert second.redirect_chain == [("/withdraw/confirm/", 302)]
    assert f"for the whole of order {order.number}." in text(second)
    assert not Withdrawal.objects.exists()
    done = client.post("/withdraw/confirm/", follow=True)

    assert done.redirect_chain == [("/withdraw/done/", 302)]
    assert "We have your withdrawal" in text(done)
    assert Withdrawal.objects.get().order == order
    assert "Withdrawn from" in text(client.get(f"/orders/{order.number}/"))


def who_of(client: Client, order: Order) -> set[str]:
    """Who withdrew, by the history of the order and of its money."""
    client.post("/withdraw/", form_about(order, name="Any Body"))
    client.post("/withdraw/confirm/")
    kinds = (OrderEvent.Kind.WITHDRAWN, OrderEvent.Kind.CANCELLED)
    events = order.events.filter(kind__in=kinds).values_list("who", flat=True)
    moves = order.moves.filter(becomes="cancelled").values_list("who", flat=True)
    return {*events, *moves, *Refund.objects.values_list("who", flat=True)}


def test_staff_who_withdraw_for_a_shopper_are_named(order, staff_client, staff):
    assert who_of(staff_client, order) == {staff.email}
    assert Withdrawal.objects.get().name == "Any Body"


def test_staff_who_withdraw_from_their_own_order_are_shoppers(order, staff_client, staff):
    Order.objects.update(user=staff)

    assert who_of(staff_client, order) == {"Any Body"}


def test_the_books_of_an_order_on_its_way_go_back_to_a_whole_address(order):
    post(order)
    client = Client()
    client.post("/withdraw/", form_about(order))

    done = client.post("/withdraw/confirm/", follow=True)

    assert "8 Quarto Lane<br>Bristol BS1 4ZZ<br>United Kingdom</address>" in text(done)
    assert "8 Quarto Lane, Bristol BS1 4ZZ, United Kingdom" in mails()[-2].body


def test_the_button_pressed_again_leads_to_the_same_end(order):
    client = Client()
    client.post("/withdraw/", form_about(order))
    client.post("/withdraw/confirm/")

    again = client.post("/withdraw/confirm/", follow=True)

    assert "We have your withdrawal" in text(again)
    assert Withdrawal.objects.count() == 1


def test_two_buttons_pressed_at_once_are_one_declaration(order):
    client = Client()
    client.post("/withdraw/", form_about(order, words="Emma"))
    session = client.session
    draft = session["withdrawal"]
    client.post("/withdraw/confirm/")
    session = client.session
    session["withdrawal"] = draft
    session.save()

    client.post("/withdraw/confirm/")

    assert Withdrawal.objects.count() == 1


def test_whoever_may_see_the_order_finds_the_form_filled_in(order):
    knowing, strange = Client(), Client()
    knowing.get(order.guest_url)

    page = knowing.get("/withdraw/", {"order": order.number})

    assert page.context["form"].initial["email"] == ADDRESS["email"]
    assert ADDRESS["email"] not in text(strange.get("/withdraw/", {"order": order.number}))


def test_a_miss_is_answered_like_every_other(order):
    page = Client().post("/withdraw/", form_about(order, email="other@example.org"))

    assert page.status_code == 422
    assert "We found no order with this number" in text(page)


def test_its_tries_count_with_those_of_finding_an_order(order):
    client = Client()
    for _ in range(10):
        client.post("/orders/find/", {"number": "23456789", "email": ADDRESS["email"]})

    assert client.post("/withdraw/", form_about(order)).status_code == 429


def test_a_refusal_is_said_on_the_form(waiting):
    page = Client().post("/withdraw/", form_about(waiting))

    assert page.status_code == 422
    assert "is not paid yet" in text(page)


def test_an_order_cancelled_meanwhile_is_said_on_its_page(order):
    client = Client()
    client.post("/withdraw/", form_about(order))
    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    page = client.post("/withdraw/confirm/", follow=True)

    assert page.redirect_chain == [(f"/orders/{order.number}/", 302)]
    assert "is cancelled already" in text(page)


def test_nobody_confirms_what_they_have_not_declared(db):
    assert Client().get("/withdraw/confirm/", follow=True).redirect_chain[-1][0] == "/withdraw/"
    assert Client().post("/withdraw/confirm/", follow=True).redirect_chain[-1][0] == "/withdraw/"


def test_the_way_to_it_is_everywhere(order):
    client = Client()
    client.get(order.guest_url)
    confirmation = next(mail for mail in mails() if "is paid" in mail.body)

    assert f'href="/withdraw/?order={order.number}"' in text(client.get(f"/orders/{order.number}/"))
    assert f"/withdraw/?order={order.number}" in confirmation.body
    assert "I withdraw from my contract" in confirmation.body
    for address in ("/", "/returns/", "/terms/"):
        assert 'href="/withdraw/"' in text(client.get(address))
