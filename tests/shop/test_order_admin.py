"""What staff do with orders in the admin."""

import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import Order, Refund, WebhookEvent
from shop.services import cancelling, posting, refunds, withdrawing
from tests.factories import BookFactory, UserFactory

from .conftest import fill, pay, place

ACTS = ("post", "cancel", "refund")


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=5)


@pytest.fixture
def waiting(guest, emma):
    """An order of three copies for £30.00 and £2.95 for delivery."""
    fill(guest, emma, quantity=3)
    return place(guest)


@pytest.fixture
def order(waiting):
    return pay(waiting.number)


def address(order, act: str) -> str:
    return f"/admin/shop/order/{order.pk}/{act}/"


def refund_form(order, **changes):
    empty = {"delivery": "0", "reason": "returned", "note": "", "key": str(uuid.uuid4())}
    copies = changes.pop("copies", 0)
    return {f"copies_{order.items.get().pk}": copies, **empty, **changes}


def text(response) -> str:
    return response.content.decode()


def test_the_page_of_an_order_shows_all_that_became_of_it(staff_client, order):
    withdrawing.withdraw(
        number=order.number,
        key=uuid.uuid4(),
        name="Nadia Rahman",
        email=order.email,
        words="One copy of Emma",
        now=timezone.now(),
    )
    staff_client.post(address(order, "refund"), refund_form(order, copies=1))
    refund = Refund.objects.get()

    page = text(staff_client.get(f"/admin/shop/order/{order.pk}/change/"))

    assert f'<a href="/admin/shop/refund/{refund.pk}/change/">£10.00</a>, On its way' in page
    assert f'<td class="field-unit_price">{order.items.get().unit_price_text}</td>' in page
    assert "One copy of Emma" in page
    assert "Withdrawn from" in page
    assert f"demo-{order.payments.get().key}" in page


def test_amounts_and_the_heads_of_their_columns_stand_at_the_same_side(staff_client, order):
    page = staff_client.get(f"/admin/shop/order/{order.pk}/change/").text

    assert 'class="column-unit_price' in page
    assert 'class="field-unit_price' in page
    assert 'class="column-"' not in page


def test_posting_names_the_parcel(staff_client, staff, order):
    page = staff_client.post(address(order, "post"), {"tracking": "AB 123"}, follow=True)

    order.refresh_from_db()
    assert f"Order {order.number} is posted." in text(page)
    assert order.tracking == "AB 123"
    assert order.events.latest("pk").who == staff.email
    assert "AB 123" in OutboxMessage.objects.latest("pk").body


def test_what_cannot_be_posted_is_said_on_the_page(staff_client, waiting):
    page = staff_client.post(address(waiting, "post"), {"tracking": ""})

    assert page.status_code == 422
    assert "cannot be posted: Waiting for payment" in text(page)


def test_cancelling_gives_copies_and_money_back(staff_client, order, emma):
    staff_client.post(address(order, "cancel"))

    order.refresh_from_db()
    emma.refresh_from_db()
    assert order.is_cancelled
    assert emma.stock == 5
    assert Refund.objects.get().amount == order.total


def test_what_is_on_its_way_is_not_cancelled(staff_client, order):
    posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())

    page = staff_client.post(address(order, "cancel"))

    assert page.status_code == 422
    assert "is on its way already" in text(page)


def test_a_part_is_refunded_by_line_with_its_copies_on_sale_again(staff_client, order, emma):
    form = refund_form(order, copies=2, delivery="1.00", restock="on", note="Sorry.")

    staff_client.post(address(order, "refund"), form)

    emma.refresh_from_db()
    refund = Refund.objects.get()
    assert (refund.amount, refund.delivery, refund.note) == (Decimal("21.00"), 1, "Sorry.")
    assert refund.items.get().copies == 2
    assert emma.stock == 4


def test_without_a_tick_the_copies_stay_out_of_stock(staff_client, order, emma):
    staff_client.post(address(order, "refund"), refund_form(order, copies=2))

    emma.refresh_from_db()
    assert emma.stock == 2


def test_the_form_shows_what_is_left(staff_client, order):
    staff_client.post(address(order, "refund"), refund_form(order, copies=1, delivery="0.95"))

    page = text(staff_client.get(address(order, "refund")))

    assert "£22.00 of what was paid can still go back." in page
    assert "2 of 3 can be refunded" in page
    assert "£2.00 at the most." in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"copies": 4}, "copies"),
        ({"copies": -1}, "copies"),
        ({"delivery": "2.96"}, "delivery"),
        ({"copies": 1, "reason": "late"}, "reason"),
        ({"copies": 1, "key": "x"}, "key"),
        ({}, "__all__"),
    ],
)
def test_what_is_wrong_stands_at_its_field(staff_client, order, changes, field):
    page = staff_client.post(address(order, "refund"), refund_form(order, **changes))

    assert page.status_code == 422
    assert [name.partition("_")[0] or name for name in page.context["form"].errors] == [
        field.partition("_")[0] or field
    ]
    assert not Refund.objects.exists()


def test_the_button_pressed_twice_is_one_refund(staff_client, order):
    form = refund_form(order, copies=1)

    staff_client.post(address(order, "refund"), form)
    staff_client.post(address(order, "refund"), form)

    assert Refund.objects.count() == 1


def test_copies_of_a_cancelled_order_do_not_come_back_twice(staff_client, order, emma):
    cancelling.cancel_order(number=order.number, who="s", now=timezone.now())
    Refund.objects.update(status="failed", next_try_at=None)

    staff_client.post(address(order, "refund"), refund_form(order, copies=3, restock="on"))

    emma.refresh_from_db()
    assert emma.stock == 5
    assert Refund.objects.latest("pk").amount == Decimal("30.00")


def test_the_service_refuses_to_restock_what_is_back(order):
    cancelling.cancel_order(number=order.number, who="s", now=timezone.now())
    Refund.objects.update(status="failed", next_try_at=None)

    with pytest.raises(refunds.CopiesAreBack):
        refunds.refund_lines(
            number=order.number,
            quantities={order.items.get().pk: 1},
            delivery=Decimal(0),
            restock=True,
            reason=Refund.Reason.RETURNED,
            who="s",
            now=timezone.now(),
        )

    assert Refund.objects.count() == 1


def test_buttons_are_there_for_what_can_be_done(staff_client, waiting):
    def offered() -> set[str]:
        page = text(staff_client.get(f"/admin/shop/order/{waiting.pk}/change/"))
        return {act for act in ACTS if address(waiting, act) in page}

    assert offered() == {"cancel"}
    pay(waiting.number)
    assert offered() == {"post", "cancel", "refund"}
    staff_client.post(address(waiting, "post"), {"tracking": ""})
    assert offered() == {"refund"}


@pytest.mark.parametrize("act", ACTS)
def test_staff_who_may_only_look_do_nothing(order, act):
    reader = UserFactory(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_order"))
    client = Client()
    client.force_login(reader)

    assert client.post(address(order, act), refund_form(order, copies=1)).status_code == 403
    page = text(client.get(f"/admin/shop/order/{order.pk}/change/"))
    assert address(order, act) not in page
    assert Order.objects.get().is_confirmed
    assert not Refund.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_shoppers_stay_outside(shopper_client, order, act):
    assert shopper_client.post(address(order, act)).status_code == 302
    assert Order.objects.get().is_confirmed


def test_an_order_that_is_not_there_is_404(staff_client):
    assert staff_client.get("/admin/shop/order/99999999999999999999999/refund/").status_code == 404


def test_failed_refunds_can_be_listed_alone(staff_client, order):
    for _ in range(2):
        staff_client.post(address(order, "refund"), refund_form(order, copies=1))
    Refund.objects.filter(pk=Refund.objects.latest("pk").pk).update(
        status="failed", next_try_at=None, last_error="card blocked"
    )

    page = staff_client.get("/admin/shop/refund/", {"status__exact": "failed"})

    assert len(page.context["cl"].result_list) == 1
    assert "card blocked" in text(page)


def test_messages_of_providers_are_there_to_read(staff_client):
    event = WebhookEvent.objects.create(
        provider="demo", event_id="evt_1", kind="paid", body={"a": 1}, received_at=timezone.now()
    )

    page = staff_client.get(f"/admin/shop/webhookevent/{event.pk}/change/")

    assert "evt_1" in text(page)
    assert staff_client.post(f"/admin/shop/webhookevent/{event.pk}/delete/").status_code == 403
