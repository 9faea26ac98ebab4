"""Money goes back: by line, in full, and never more than was paid."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import StockMovement
from shop.models import OrderItem, Payment, Refund
from shop.providers.base import ProviderDown, ProviderRefused, RefundWord, State
from shop.providers.demo import DemoProvider
from shop.services import refunds
from tests.factories import BookFactory

from .conftest import fill, pay, place


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=5, price=Decimal("3.33"))


@pytest.fixture
def paid(guest, emma):
    """An order of three copies for £9.99 and £2.95 for delivery."""
    fill(guest, emma, quantity=3)
    return pay(place(guest).number)


def refund(order, copies: int, **changes) -> Refund:
    line = OrderItem.objects.get(order=order)
    asked = {
        "number": order.number,
        "quantities": {line.pk: copies},
        "delivery": Decimal(0),
        "restock": False,
        "reason": Refund.Reason.RETURNED,
        "who": "stella",
        "now": timezone.now(),
    }
    return refunds.refund_lines(**{**asked, **changes})


def send(promised: Refund, **changes) -> bool:
    return refunds.send(**{"refund_id": promised.pk, "now": timezone.now(), **changes})


@pytest.fixture
def provider_says(monkeypatch):
    """Has the provider answer, or fail, as the test says."""

    def say(answer) -> None:
        def refund(self, asked):
            if isinstance(answer, Exception):
                raise answer
            return RefundWord(asked.key, "their-name", answer)

        monkeypatch.setattr(DemoProvider, "refund", refund)

    return say


def test_a_copy_is_refunded_and_stays_away(paid, emma):
    refund(paid, 1)

    emma.refresh_from_db()
    assert Payment.objects.get().refunded == Decimal("3.33")
    assert emma.stock == 2


def test_a_copy_that_came_back_is_on_sale_again(paid, emma):
    refund(paid, 1, restock=True)

    emma.refresh_from_db()
    assert emma.stock == 3
    assert StockMovement.objects.latest("pk").reason == "returned"


def test_the_refunds_of_a_line_add_up_to_it(paid):
    for _ in range(3):
        refund(paid, 1)

    assert Payment.objects.get().refunded == Decimal("9.99")


def test_more_copies_than_were_bought_are_refused(paid):
    refund(paid, 2)

    with pytest.raises(refunds.MoreThanWasBought, match="Only 1 copies"):
        refund(paid, 2)

    assert Refund.objects.count() == 1


def test_more_delivery_than_was_paid_is_refused(paid):
    refund(paid, 0, delivery=Decimal("2.00"))

    with pytest.raises(refunds.MoreThanWasPaid):
        refund(paid, 0, delivery=Decimal("0.96"))


@pytest.mark.parametrize("copies", [0, -1])
def test_nothing_and_less_than_nothing_are_refused(paid, copies):
    with pytest.raises(refunds.CannotRefund):
        refund(paid, copies)

    assert not Refund.objects.exists()


def test_an_order_that_was_not_paid_has_nothing_to_refund(guest, emma):
    fill(guest, emma)

    with pytest.raises(refunds.MoreThanWasPaid):
        refund(place(guest), 1)


def test_the_database_refuses_more_than_was_paid(paid):
    payment = Payment.objects.get()

    with pytest.raises(IntegrityError, match="shop_payment_refunded_within_paid"):
        refunds.write(
            payment,
            payment.paid + Decimal("0.01"),
            reason=Refund.Reason.GOODWILL,
            who="a test",
            now=timezone.now(),
        )


def test_the_database_refuses_to_write_the_sum_past_the_refunds(paid):
    with pytest.raises(IntegrityError, match="only through a refund"), transaction.atomic():
        Payment.objects.update(refunded=1)


@pytest.mark.parametrize("change", [{"amount": 1}, {"payment_id": 0}])
def test_the_database_refuses_to_change_a_refund(paid, change):
    refund(paid, 1)

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Refund.objects.update(**change)


def test_the_database_refuses_to_delete_a_refund(paid):
    promised = refund(paid, 1)
    promised.items.all().delete()

    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        promised.delete()


def test_a_refund_is_sent_once_and_the_shopper_is_told(paid):
    promised = refund(paid, 1, words="The corner was bent.")

    assert send(promised) is True
    assert send(promised) is False

    promised.refresh_from_db()
    mail = OutboxMessage.objects.latest("pk")
    assert promised.status == Refund.Status.DONE
    assert mail.subject == f"£3.33 refunded for your order {paid.number}"
    assert "1 × Emma" in mail.body
    assert "The corner was bent." in mail.body


def test_a_provider_that_does_not_answer_is_asked_again_later(paid, provider_says):
    promised = refund(paid, 1)
    provider_says(ProviderDown("no answer"))
    now = timezone.now()

    assert send(promised, now=now) is False
    promised.refresh_from_db()
    assert (promised.is_asked, promised.last_error) == (True, "no answer")
    assert send(promised, now=now + timedelta(seconds=59)) is False

    provider_says(State.DONE)
    assert send(promised, now=now + timedelta(seconds=61)) is True


def test_a_refund_that_a_worker_died_over_is_asked_for_again(paid, monkeypatch):
    promised = refund(paid, 1)
    now = timezone.now()
    Refund.objects.due(now).claim(now + refunds.LEASE)

    assert send(promised, now=now + timedelta(seconds=30)) is False
    assert send(promised, now=now + refunds.LEASE) is True


def test_a_refusal_frees_the_sum_and_tells_staff(paid, provider_says):
    promised = refund(paid, 3)
    provider_says(ProviderRefused("account closed"))

    send(promised)

    promised.refresh_from_db()
    mail = OutboxMessage.objects.latest("pk")
    assert promised.has_failed
    assert Payment.objects.get().refunded == 0
    assert mail.to == "hello@octavo.example"
    assert "account closed" in mail.body
    refund(paid, 3)


def test_a_refund_that_the_bank_still_works_on_is_asked_after(paid, provider_says):
    promised = refund(paid, 1)
    provider_says(State.OPEN)
    now = timezone.now()
    send(promised, now=now)

    promised.refresh_from_db()
    assert (promised.is_asked, promised.reference) == (True, "their-name")
    assert promised.next_try_at == now + refunds.ASK_AGAIN_AFTER


def test_a_refund_may_fail_after_it_was_done(paid, provider_says):
    promised = refund(paid, 1)
    send(promised)

    refunds.settle(RefundWord(promised.key, "x", State.FAILED, "lost"), now=timezone.now())
    refunds.settle(RefundWord(promised.key, "x", State.DONE), now=timezone.now())

    promised.refresh_from_db()
    assert promised.has_failed
    assert Payment.objects.get().refunded == 0


def test_copies_that_are_back_do_not_come_back_again(paid, emma, provider_says):
    promised = refund(paid, 3, restock=True)
    provider_says(ProviderRefused("account closed"))
    send(promised)

    with pytest.raises(refunds.CopiesAreBack):
        refund(paid, 1, restock=True)

    emma.refresh_from_db()
    assert emma.stock == 5


def test_a_failed_refund_is_sent_again_with_its_lines_and_no_copy_moves(
    paid, emma, provider_says, monkeypatch
):
    failed = refund(paid, 2, restock=True, words="Sorry.")
    provider_says(ProviderRefused("account closed"))
    send(failed)

    again = refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())

    emma.refresh_from_db()
    assert (again.amount, again.note) == (failed.amount, "Sorry.")
    assert again.items.get().copies == 2
    assert Payment.objects.get().refunded == failed.amount
    assert emma.stock == 4
    refund(paid, 1, restock=True)


def test_a_refund_is_sent_again_once(paid, provider_says):
    failed = refund(paid, 1)
    with pytest.raises(refunds.CannotSendAgain):
        refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())
    provider_says(State.FAILED)
    send(failed)
    refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())

    with pytest.raises(refunds.CannotSendAgain):
        refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())


def test_a_sum_besides_is_refunded_for_goodwill(paid):
    refund(paid, 0, goodwill=Decimal("1.50"), reason=Refund.Reason.GOODWILL)

    assert Payment.objects.get().refunded == Decimal("1.50")
    with pytest.raises(refunds.MoreThanWasPaid):
        refund(paid, 0, goodwill=paid.total)


def failed_refund(order, copies: int, **changes) -> Refund:
    failed = refund(order, copies, **changes)
    refunds.settle(RefundWord(failed.key, "x", State.FAILED, "no"), now=timezone.now())
    return failed


def test_copies_that_another_refund_paid_back_are_not_paid_back_again(paid):
    failed = failed_refund(paid, 2)
    assert failed in Refund.objects.owed()
    refund(paid, 2)

    with pytest.raises(refunds.MoreThanWasBought, match="Only 1 copies"):
        refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())

    assert failed not in Refund.objects.owed()
    assert Refund.objects.count() == 2


def test_delivery_that_another_refund_paid_back_is_not_paid_back_again(paid):
    failed = failed_refund(paid, 0, delivery=Decimal("2.00"))
    assert failed in Refund.objects.owed()
    refund(paid, 0, delivery=Decimal("1.00"))

    with pytest.raises(refunds.MoreThanWasPaid):
        refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())

    assert failed not in Refund.objects.owed()


def test_a_copy_beside_those_of_another_refund_is_still_owed(paid):
    failed = failed_refund(paid, 2, delivery=Decimal("1.00"))
    refund(paid, 1, delivery=Decimal("1.95"))

    refunds.send_again(refund_id=failed.pk, who="stella", now=timezone.now())

    assert not Refund.objects.owed().exists()


def test_what_a_provider_told_meanwhile_is_not_asked_for_again(paid, provider_says):
    promised = refund(paid, 1)
    read_before = Refund.objects.get()
    send(promised)

    read_before.try_later("no answer", timezone.now())

    promised.refresh_from_db()
    assert (promised.status, promised.next_try_at) == (Refund.Status.DONE, None)


def test_staff_send_failed_refunds_again_in_the_admin(staff_client, paid, provider_says):
    failed = refund(paid, 1)
    provider_says(State.FAILED)
    send(failed)

    staff_client.post(
        "/admin/shop/refund/", {"action": "send_again", "_selected_action": [failed.pk]}
    )

    assert Refund.objects.get(again_of=failed).is_asked
