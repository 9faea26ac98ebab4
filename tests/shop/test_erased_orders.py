"""What can be done with an order whose person had their data erased."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.migrations.exceptions import IrreversibleError
from django.test import Client
from django.utils import formats, timezone

from accounts import erasing
from accounts.models import OutboxMessage
from accounts.person import ERASED, Person
from catalog.models import AlsoLiked, StockMovement
from shop import also_liked
from shop.models import NOBODY, Order, OrderEvent, Payment, Refund
from shop.providers.base import State
from shop.services import payments, posting, refunds
from shop.vouchers import uses_by
from tests.factories import BookFactory, VoucherFactory

from .conftest import ADDRESS, decline, fill, pay, place, word_about

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=90)


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=9)


def buy(guest, *books) -> Order:
    fill(guest, *books)
    return place(guest, now=LONG_AGO)


@pytest.fixture
def came(guest, emma) -> Order:
    """An order of Nadia's, a guest, that came to her three months ago."""
    order = pay(buy(guest, emma).number, LONG_AGO)
    return posting.post_order(number=order.number, tracking="AB 1", who="stella", now=LONG_AGO)


def erase() -> None:
    erasing.erase(person=Person.with_email(ADDRESS["email"]), now=timezone.now())


@pytest.fixture
def erased(came) -> Order:
    erase()
    came.refresh_from_db()
    return came


def test_whoever_could_open_it_no_longer_can(came):
    browser = Client()
    known = {"number": came.number, "email": ADDRESS["email"]}
    browser.post("/orders/find/", known)
    assert browser.get(came.get_absolute_url()).status_code == 200

    erase()

    for address in ("", "invoice/"):
        assert browser.get(f"{came.get_absolute_url()}{address}").status_code == 404
    assert browser.get(came.guest_url).status_code == 404
    assert browser.post("/orders/find/", known).status_code == 422
    assert browser.post("/withdraw/", {**known, "name": "N", "words": ""}).status_code == 422
    assert came.number not in browser.get("/orders/").text


def test_an_empty_address_opens_no_erased_order(erased):
    for act in ("again", "cancel", "pay"):
        assert Client().post(f"/orders/{erased.number}/{act}/").status_code == 404
    found = Client().post("/orders/find/", {"number": erased.number, "email": ""})
    assert found.status_code == 422


def test_staff_see_it_and_its_invoice_says_why_the_name_is_missing(staff_client, erased):
    page = staff_client.get(f"/admin/shop/order/{erased.pk}/change/").text
    assert erased.number in page
    assert f"/admin/shop/order/{erased.pk}/invoice/" in page

    invoice = staff_client.get(f"/admin/shop/order/{erased.pk}/invoice/").text

    today = formats.date_format(timezone.localdate(), "DATE_FORMAT")
    removed = f"Name and address removed at the buyer’s request on {today}<br>United Kingdom<br>"
    assert removed in invoice
    assert "<h1>Invoice INV-000001</h1>" in invoice
    assert "Emma" in invoice
    assert staff_client.get("/admin/shop/order/").status_code == 200


def test_an_invoice_in_the_admin_is_for_staff(client, shopper_client, came):
    for browser in (client, shopper_client):
        assert browser.get(f"/admin/shop/order/{came.pk}/invoice/").status_code == 302


def test_money_can_still_go_back_and_nobody_is_written_to(erased):
    OutboxMessage.objects.all().delete()
    refund = refunds.refund_lines(
        number=erased.number,
        quantities={erased.items.get().pk: 1},
        delivery=Decimal(0),
        restock=False,
        reason=Refund.Reason.RETURNED,
        who="stella",
        now=timezone.now(),
    )

    refunds.send(refund_id=refund.pk, now=timezone.now())

    refund.refresh_from_db()
    assert refund.status == Refund.Status.DONE
    assert not OutboxMessage.objects.exists()


def test_it_is_neither_posted_nor_cancelled(staff_client, guest, emma):
    """Paid back and never posted, so that only its person is missing."""
    order = pay(buy(guest, emma).number, LONG_AGO)
    refund = refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: 1},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.GOODWILL,
        who="stella",
        now=LONG_AGO,
    )
    refunds.send(refund_id=refund.pk, now=timezone.now())
    erase()
    Refund.objects.filter(pk=refund.pk).update(status="failed")

    page = staff_client.get(f"/admin/shop/order/{order.pk}/change/").text
    links = [act for act in ("post", "cancel", "refund") if f"/{order.pk}/{act}/" in page]
    assert links == ["refund"]
    posted = staff_client.post(f"/admin/shop/order/{order.pk}/post/", {"tracking": ""})
    assert (posted.status_code, "its person had their data erased" in posted.text) == (422, True)
    cancelled = staff_client.post(f"/admin/shop/order/{order.pk}/cancel/")
    assert "can no longer be cancelled" in cancelled.text
    order.refresh_from_db()
    assert (order.is_confirmed, order.has_left) == (True, False)


def test_money_that_comes_late_for_it_goes_back(guest, emma):
    order = decline(buy(guest, emma).number, LONG_AGO)
    payment = order.payments.get()
    erase()

    payments.settle(word_about(payment, State.DONE), now=timezone.now())

    order.refresh_from_db()
    assert order.is_payment_failed
    assert Refund.objects.get().amount == order.total


def test_the_page_of_the_provider_which_knows_them_is_forgotten(came):
    Payment.objects.update(url="https://pay.example/nadia")

    erase()

    assert Payment.objects.get().url == ""


def test_an_erased_order_is_not_that_of_whoever_has_no_address(erased):
    assert not Order.objects.of_person(user=None, emails=[""]).exists()


def test_a_voucher_could_be_used_by_them_once_more(guest, emma, came):
    voucher = VoucherFactory()
    Order.objects.update(voucher=voucher, voucher_code=voucher.code)
    assert uses_by(voucher, user=None, email=ADDRESS["email"]) == 1

    erase()

    assert uses_by(voucher, user=None, email=ADDRESS["email"]) == 0
    assert Order.objects.uses_of(voucher).count() == 1


def test_erased_orders_are_not_one_readers(guest, delivery):
    """Pairs need two readers. Here is one, and two people of whom nothing is known any more."""
    books = [BookFactory(title=title) for title in ("Emma", "Evelina")]
    numbers = [pay(buy(guest, book).number, LONG_AGO).number for book in (*books, *books)]
    Order.objects.filter(number__in=numbers[:2]).update(**NOBODY, erased_at=timezone.now())

    also_liked.refresh(now=timezone.now())

    assert not AlsoLiked.objects.exists()


@pytest.mark.parametrize(
    "change", [{"name": "N"}, {"email": "n@x.example"}, {"phone": "1"}, {"tracking": "AB"}]
)
def test_the_database_lets_no_person_back_into_it(erased, change):
    with pytest.raises(IntegrityError, match="shop_order_erased_has_no_person"):
        Order.objects.filter(pk=erased.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [{"who": "ann"}, {"kind": "paid"}, {"at": None}, {"note": "n"}, {"order_id": 0}],
)
def test_its_history_may_forget_and_nothing_else(erased, change):
    event = OrderEvent.objects.filter(kind="posted")

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        event.update(**{"who": ERASED, "note": "", **change})

    assert event.update(who=ERASED, note="") == 1


def test_what_tells_erased_orders_apart_cannot_be_taken_back(came):
    migration = import_module("shop.migrations.0019_orders_without_their_person")
    migration.refuse(apps, None)
    erase()

    with pytest.raises(IrreversibleError, match="must go on being known"):
        migration.refuse(apps, None)


@pytest.mark.parametrize("change", [{"quantity": 9}, {"order_number": "X"}, {"who": "somebody"}])
def test_the_ledger_may_forget_and_nothing_else(erased, change):
    sale = StockMovement.objects.filter(reason="sale")

    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        sale.update(**{"who": ERASED, **change})

    assert sale.update(who=ERASED) == 1


def test_another_guests_basket_in_the_same_browser_is_left_alone(guest, emma, came):
    fill(guest, emma)
    other = place(guest)
    Order.objects.filter(pk=other.pk).update(email="somebody.else@example.org")

    erase()

    other.refresh_from_db()
    assert other.cart is not None
    assert not other.is_erased
