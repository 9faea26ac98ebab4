"""Money beyond a set sum goes back when two of the staff agree, however it is cut."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import erasing
from accounts.models import OutboxMessage, User
from accounts.person import Person
from shop.models import Order, Refund, RefundRequest
from shop.providers.base import RefundWord, State
from shop.services import cancelling, posting, refund_requests, refunds
from tests.conftest import IN_CI
from tests.factories import BookFactory, UserFactory
from tests.staff_scene import member_of
from tests.threads import at_once
from tests.waitlist.lists import line
from waitlist.models import PreBooking

from .conftest import fill, pay, place


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.REFUND_ALONE_UP_TO = Decimal("15.00")


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=3, price=Decimal("10.00"))


@pytest.fixture
def order(guest, emma):
    """Three copies for £30.00 and £2.95 for delivery."""
    fill(guest, emma, quantity=3)
    return pay(place(guest).number)


@pytest.fixture
def tess(db) -> User:
    return UserFactory(email="tess@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def tess_client(tess) -> Client:
    client = Client()
    client.force_login(tess)
    return client


def form(order: Order, **changes) -> dict[str, object]:
    empty = {"delivery": "0", "reason": "returned", "note": "", "key": str(uuid.uuid4())}
    return {f"copies_{order.items.get().pk}": changes.pop("copies", 0), **empty, **changes}


def ask(client: Client, order: Order, **changes):
    address = f"/admin/shop/order/{order.pk}/refund/"
    return client.post(address, form(order, **changes), follow=True)


def decide(client: Client, act: str, **changes):
    address = f"/admin/shop/refundrequest/{RefundRequest.objects.latest('pk').pk}/{act}/"
    return client.post(address, changes, follow=True)


def ask_in_code(order: Order, by: User, copies: int = 2, **changes) -> RefundRequest:
    usual = {
        "quantities": {order.items.get().pk: copies},
        "delivery": Decimal(0),
        "goodwill": Decimal(0),
        "restock": False,
        "reason": Refund.Reason.RETURNED,
        "words": "",
        "key": uuid.uuid4(),
        "now": timezone.now(),
    }
    return refund_requests.ask(number=order.number, by=by, **{**usual, **changes})


def approve(request: RefundRequest, by: User) -> RefundRequest:
    return refund_requests.approve(request_id=request.pk, by=by, now=timezone.now())


def test_up_to_the_limit_one_person_refunds_alone(staff_client, staff, order):
    page = ask(staff_client, order, copies=1, delivery="2.95", goodwill="2.05")

    request = RefundRequest.objects.get()
    assert "A refund of order" in page.text
    assert (request.status, request.asked_by, request.decided_by) == ("alone", staff, None)
    assert Refund.objects.get().amount == Decimal("15.00")


def test_beyond_the_limit_it_waits_and_nobody_else_is_told(staff_client, order, emma):
    mails = OutboxMessage.objects.count()

    page = ask(staff_client, order, copies=2, restock="on", note="Sorry.")

    emma.refresh_from_db()
    request = RefundRequest.objects.waiting().get()
    assert "£20.00 is more than you may give back alone" in page.text
    assert (request.amount, request.words, request.restock) == (Decimal("20.00"), "Sorry.", True)
    assert request.items.get().copies == 2
    assert emma.stock == 0
    assert not Refund.objects.exists()
    assert OutboxMessage.objects.count() == mails
    assert "Look at the request" in page.text
    assert "stella@example.org asked on" in page.text


def test_another_one_approves_and_all_happens_as_it_was_asked(
    staff_client, tess_client, tess, order, emma
):
    ask(staff_client, order, copies=2, restock="on", delivery="1.00", note="Sorry.")

    page = decide(tess_client, "approve")

    emma.refresh_from_db()
    refund, request = Refund.objects.get(), RefundRequest.objects.get()
    assert f"Approved: £21.00 of order {order.number} is on its way." in page.text
    assert (refund.amount, refund.delivery, refund.note) == (Decimal("21.00"), 1, "Sorry.")
    assert (refund.who, refund.items.get().copies) == ("stella@example.org", 2)
    assert (request.status, request.decided_by) == ("approved", tess)
    assert emma.stock == 2
    page = staff_client.get(f"/admin/shop/order/{order.pk}/change/").text
    assert "Approved by tess@example.org on" in page


def test_the_page_to_approve_shows_all_that_is_asked_for(staff_client, tess_client, order):
    ask(staff_client, order, copies=2, goodwill="1.50", note="The corner was bent.")
    request = RefundRequest.objects.get()

    listed = tess_client.get("/admin/shop/refundrequest/?status__exact=waiting").text
    page = tess_client.get(f"/admin/shop/refundrequest/{request.pk}/change/").text
    question = tess_client.get(f"/admin/shop/refundrequest/{request.pk}/approve/").text

    assert order.number in listed
    assert f"/refundrequest/{request.pk}/approve/" in page
    assert "to give £21.50 of order" in question
    assert "The corner was bent." in question
    assert "No copies come back into stock." in question
    assert "£1.50" in question


def post(order: Order) -> None:
    posting.post_order(number=order.number, tracking="", who="packer", now=timezone.now())


def test_copies_that_left_since_it_was_asked_for_do_not_go_on_sale(
    staff_client, tess_client, order, emma
):
    ask(staff_client, order, copies=2, restock="on")
    post(order)

    page = decide(tess_client, "approve")

    emma.refresh_from_db()
    assert "has left the shop since this was asked for" in page.text
    assert emma.stock == 0
    assert RefundRequest.objects.get().is_waiting
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("restock", "stock"), [("on", 2), ("", 0)])
def test_copies_that_had_left_before_may_have_come_back(
    staff_client, tess_client, order, emma, restock, stock
):
    post(order)
    ask(staff_client, order, copies=2, restock=restock)

    decide(tess_client, "approve")

    emma.refresh_from_db()
    assert emma.stock == stock
    assert RefundRequest.objects.get().status == "approved"


def test_money_alone_goes_back_though_the_copies_have_left_meanwhile(
    staff_client, tess_client, order
):
    ask(staff_client, order, copies=2)
    post(order)

    decide(tess_client, "approve")

    assert RefundRequest.objects.get().status == "approved"


def test_whoever_asked_does_not_decide(staff_client, order):
    ask(staff_client, order, copies=2)
    request = RefundRequest.objects.get()

    for act in ("approve", "decline"):
        page = decide(staff_client, act, words="No")
        assert page.status_code == 422
        assert "You asked for this refund yourself" in page.text

    page = staff_client.get(f"/admin/shop/refundrequest/{request.pk}/change/").text
    assert f"/refundrequest/{request.pk}/approve/" not in page
    assert not Refund.objects.exists()


def test_the_database_refuses_one_person_for_two(order, staff, tess):
    request = ask_in_code(order, staff)
    decided = {"status": "approved", "decided_at": timezone.now()}

    for someone in (staff, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            RefundRequest.objects.filter(pk=request.pk).update(decided_by=someone, **decided)


def test_declining_takes_a_reason_and_gives_nothing_back(staff_client, tess_client, order):
    ask(staff_client, order, copies=2)

    assert decide(tess_client, "decline", words="").status_code == 422
    page = decide(tess_client, "decline", words="The books are not back yet.")

    assert "Declined: nothing of £20.00" in page.text
    assert "The books are not back yet." in page.text
    assert RefundRequest.objects.get().status == "declined"
    assert not Refund.objects.exists()
    assert decide(tess_client, "approve").status_code == 422


def test_small_refunds_add_up_to_a_large_one(staff_client, tess_client, order):
    ask(staff_client, order, copies=1)
    ask(staff_client, order, copies=1)

    assert [request.status for request in RefundRequest.objects.order_by("pk")] == [
        "alone",
        "waiting",
    ]
    ask(tess_client, order, goodwill="5.00")
    assert RefundRequest.objects.latest("pk").status == "alone"


def test_what_failed_counts_as_given(order, staff):
    """Or it could be asked for anew, and the one that failed be sent again."""
    ask_in_code(order, staff, copies=1)
    Refund.objects.update(status="failed", next_try_at=None)

    assert ask_in_code(order, staff, copies=1).is_waiting


def test_what_two_agreed_to_is_not_counted(order, staff, tess):
    approve(ask_in_code(order, staff, copies=2), tess)

    assert refund_requests.left_alone(order, by=staff) == 15


def test_a_limit_of_nothing_takes_two_for_every_refund(settings, order, staff):
    settings.REFUND_ALONE_UP_TO = Decimal(0)

    assert ask_in_code(order, staff, copies=0, delivery=Decimal("0.01")).is_waiting


def test_the_form_sent_twice_is_one_request_and_anothers_key_is_none(
    staff_client, tess_client, order
):
    sent = {"copies": 2, "key": str(uuid.uuid4())}

    for client in (staff_client, staff_client, tess_client):
        ask(client, order, **sent)

    assert RefundRequest.objects.count() == 2


def test_approved_twice_by_the_same_person_is_one_refund(order, staff, tess):
    request = ask_in_code(order, staff)

    assert approve(request, tess) == approve(request, tess)
    with pytest.raises(refund_requests.DecidedAlready):
        approve(request, UserFactory(is_staff=True))

    assert Refund.objects.count() == 1


def test_what_has_gone_back_meanwhile_is_not_given_twice(order, staff, tess):
    request = ask_in_code(order, staff, copies=3)
    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: 1},
        delivery=Decimal(0),
        restock=False,
        reason=Refund.Reason.RETURNED,
        who="another",
        now=timezone.now(),
    )

    with pytest.raises(refunds.MoreThanWasBought):
        approve(request, tess)

    request.refresh_from_db()
    assert request.is_waiting
    assert Refund.objects.count() == 1


def test_an_order_that_its_shopper_cancelled_meanwhile_is_refunded_once(
    tess_client, order, staff, emma
):
    ask_in_code(order, staff, restock=True)
    cancelling.cancel_order(number=order.number, who=order.email, now=timezone.now())

    page = decide(tess_client, "approve")

    emma.refresh_from_db()
    assert page.status_code == 422
    assert "on sale again already" in page.text
    assert Refund.objects.get().amount == order.total
    assert emma.stock == 3


def test_to_cancel_an_order_for_more_than_the_limit_takes_two(
    staff_client, tess_client, order, emma
):
    address = f"/admin/shop/order/{order.pk}/cancel/"
    assert "If more was paid, nothing happens until" in staff_client.get(address).text
    for _ in range(2):
        page = staff_client.post(address, follow=True)
        assert "£32.95 is more than you may give back alone" in page.text
    assert "has asked to cancel this order already" in tess_client.post(address).text
    assert Order.objects.get().is_confirmed

    decide(tess_client, "approve")

    emma.refresh_from_db()
    assert Order.objects.get().is_cancelled
    assert Refund.objects.get().amount == order.total
    assert emma.stock == 3


def test_to_cancel_what_was_not_paid_or_little_takes_one(staff_client, guest, emma):
    fill(guest, emma)
    waiting = place(guest)
    # Its line goes back into the basket.
    staff_client.post(f"/admin/shop/order/{waiting.pk}/cancel/")
    paid = pay(place(guest).number)
    staff_client.post(f"/admin/shop/order/{paid.pk}/cancel/")

    assert {order.status for order in Order.objects.all()} == {"cancelled"}
    assert RefundRequest.objects.get().status == "alone"


def test_what_was_posted_meanwhile_is_not_cancelled(order, staff, tess):
    request = refund_requests.ask_to_cancel(number=order.number, by=staff, now=timezone.now())
    posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())

    with pytest.raises(cancelling.CannotCancel):
        approve(request, tess)

    request.refresh_from_db()
    assert request.is_waiting


def test_money_that_could_not_go_back_does_not_go_by_a_cancellation_that_waits(order, staff, tess):
    """The shopper cancelled; the refund failed: that one is to be sent again."""
    request = refund_requests.ask_to_cancel(number=order.number, by=staff, now=timezone.now())
    cancelling.cancel_order(number=order.number, who=order.email, now=timezone.now())
    Refund.objects.update(status="failed", next_try_at=None)

    with pytest.raises(cancelling.CannotCancel):
        approve(request, tess)


def test_another_sum_than_was_agreed_to_is_refused(order, staff, tess):
    request = refund_requests.ask_to_cancel(number=order.number, by=staff, now=timezone.now())
    ask_in_code(order, tess, copies=1)

    with pytest.raises(
        refund_requests.AnotherSum, match=r"come to £22.95 by now and not to £32.95"
    ):
        approve(request, tess)


def test_the_form_says_what_will_happen(staff_client, order, emma):
    line(emma, 2)

    page = staff_client.get(f"/admin/shop/order/{order.pk}/refund/").text

    assert "2 people wait for this book." in page
    assert "One person alone gives back £15.00 of an order at the most" in page
    assert "first they are offered to those who wait" in page
    assert "Nothing of this order has left yet." in page
    posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())
    page = staff_client.get(f"/admin/shop/order/{order.pk}/refund/").text
    assert "Nothing of this order has left yet." not in page


def test_a_copy_that_comes_back_goes_to_who_waits(staff_client, order, emma):
    line(emma, 1)

    ask(staff_client, order, copies=1, restock="on")

    emma.refresh_from_db()
    assert PreBooking.objects.offered().count() == 1
    assert emma.stock == 0


@pytest.mark.parametrize("group", ["Fulfilment", "Auditor", "Bookseller"])
def test_who_may_not_refund_decides_nothing(group, order, staff):
    request = ask_in_code(order, staff)
    client = member_of(group)

    for act in ("approve", "decline"):
        address = f"/admin/shop/refundrequest/{request.pk}/{act}/"
        assert client.get(address).status_code == 403
        assert client.post(address, {"words": "No"}).status_code == 403
    page = client.get(f"/admin/shop/refundrequest/{request.pk}/change/")
    assert page.status_code == (403 if group == "Bookseller" else 200)
    assert "/approve/" not in page.text

    request.refresh_from_db()
    assert request.is_waiting


def test_a_request_that_is_not_there_is_404(staff_client):
    for key in (1, "9" * 30):
        assert staff_client.get(f"/admin/shop/refundrequest/{key}/approve/").status_code == 404


def test_more_requests_take_no_more_queries(
    staff_client, order, staff, tess, django_assert_max_num_queries
):
    ask_in_code(order, staff)
    with django_assert_max_num_queries(50) as few:
        staff_client.get("/admin/shop/refundrequest/")
        staff_client.get(f"/admin/shop/order/{order.pk}/change/")
    for someone in (staff, tess) * 4:
        ask_in_code(order, someone)

    with django_assert_max_num_queries(len(few)):
        staff_client.get("/admin/shop/refundrequest/")
        staff_client.get(f"/admin/shop/order/{order.pk}/change/")


def test_a_request_that_waits_keeps_its_person_from_being_erased(guest, emma, staff, tess):
    long_ago = timezone.now() - timedelta(days=90)
    fill(guest, emma, quantity=3)
    order = pay(place(guest, now=long_ago).number, long_ago)
    posting.post_order(number=order.number, tracking="", who="s", now=long_ago)
    person = Person.with_email(order.email)

    def obstacles() -> list[str]:
        found = erasing.obstacles(person=person, now=timezone.now())
        return [str(obstacle.words) for obstacle in found]

    assert obstacles() == []
    request = ask_in_code(order, staff)
    assert obstacles() == [
        f"Whether money for order {order.number} goes back to you is being looked at."
    ]
    refund_requests.decline(request_id=request.pk, words="No.", by=tess, now=timezone.now())
    assert obstacles() == []


@pytest.mark.parametrize("is_cancellation", [True, False])
def test_a_request_that_a_cancellation_came_before_keeps_nobody(order, staff, is_cancellation):
    now = timezone.now()
    if is_cancellation:
        refund_requests.ask_to_cancel(number=order.number, by=staff, now=now)
    else:
        ask_in_code(order, staff)
    assert RefundRequest.objects.waiting().exists()
    cancelling.cancel_order(number=order.number, who=order.email, now=now)
    for refund in Refund.objects.all():
        refunds.settle(RefundWord(refund.key, "x", State.DONE, ""), now=now)

    assert erasing.obstacles(person=Person.with_email(order.email), now=now) == []


def test_who_packs_an_order_reads_what_was_asked_for(order, staff, emma):
    packer = member_of("Fulfilment")
    pages = (f"/admin/shop/order/{order.pk}/post/", f"/admin/pick-list/?order={order.pk}")
    for page in pages:
        assert "Nobody has decided on it yet" not in packer.get(page).text
    refund_requests.ask_to_cancel(number=order.number, by=staff, now=timezone.now())
    ask_in_code(order, staff)

    for page in pages:
        text = packer.get(page).text
        assert "to cancel this order and give £32.95 back" in text
        assert "to give £20.00 of this order back" in text
        assert text.count("Nobody has decided on it yet") == 2


def test_the_front_page_counts_what_waits_for_a_second_person(order, staff, staff_client):
    ask_in_code(order, staff)
    page = staff_client.get("/admin/").text

    label, link = "Requests that wait for a second person", "refundrequest/?status__exact=waiting"
    assert label in page
    assert re.search(re.escape(link) + r'"[^>]*>1<', page)
    assert staff_client.get(f"/admin/shop/{link}").context["cl"].result_count == 1


def test_whoever_gave_money_back_goes_on_being_known(order, tess, staff):
    approve(ask_in_code(order, staff), tess)
    User.objects.update(is_staff=False, is_superuser=False)

    for member in (tess, staff):
        with pytest.raises(erasing.CannotErase, match="money of the shop was given back"):
            erasing.erase(person=Person.of(member), now=timezone.now())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", range(10 if IN_CI else 2))
def test_two_who_approve_at_once_give_it_back_once(again, order, staff, tess):
    request, third = ask_in_code(order, staff), UserFactory(is_staff=True)

    outcomes = at_once([lambda: approve(request, tess), lambda: approve(request, third)])

    assert {type(outcome) for outcome in outcomes} == {
        RefundRequest,
        refund_requests.DecidedAlready,
    }
    assert Refund.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", range(10 if IN_CI else 2))
def test_one_approves_while_the_shopper_cancels(again, order, staff, tess, emma):
    request = ask_in_code(order, staff, restock=True)

    def cancel() -> Order:
        return cancelling.cancel_order(number=order.number, who=order.email, now=timezone.now())

    approved, cancelled = at_once([lambda: approve(request, tess), cancel])

    emma.refresh_from_db()
    assert isinstance(approved, RefundRequest | refunds.CannotRefund)
    assert isinstance(cancelled, Order)
    assert sum(Refund.objects.values_list("amount", flat=True)) == order.total
    assert emma.stock == 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_are_added_up(order, staff):
    outcomes = at_once([lambda: ask_in_code(order, staff, copies=1) for _ in range(2)])

    assert sorted(outcome.status for outcome in outcomes) == ["alone", "waiting"]
