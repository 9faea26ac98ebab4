"""A refund, and one that fails or is asked for again, takes its order to where the copies say."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Book
from shop.delivery import latest_arrival
from shop.models import Order, OrderItem, Refund
from shop.providers.base import RefundWord, State
from shop.services import fulfilling, posting, refunds
from tests.audits import findings
from tests.factories import BookFactory

from .conftest import fill, pay, place


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=5)


@pytest.fixture
def order(guest, emma):
    """Two copies of one book, paid."""
    fill(guest, emma, quantity=2)
    return pay(place(guest).number)


def refund(order: Order, copies: int, *, restock: bool = False, book: Book | None = None) -> Refund:
    items = order.items.filter(book=book) if book else order.items
    return refunds.refund_lines(
        number=order.number,
        quantities={items.get().pk: copies},
        delivery=Decimal(0),
        restock=restock,
        reason=Refund.Reason.GOODWILL,
        who="stella",
        now=timezone.now(),
    )


def fail(refund: Refund) -> None:
    refunds.settle(RefundWord(refund.key, "x", State.FAILED, "no"), now=timezone.now())


def again(refund: Refund) -> Refund:
    return refunds.send_again(refund_id=refund.pk, who="stella", now=timezone.now())


def post(order: Order) -> Order:
    return posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())


def state(order: Order) -> tuple[str, str]:
    """For staff, and for the shopper."""
    fresh = Order.objects.prefetch_related("payments__refunds").get(pk=order.pk)
    return fresh.fulfilment, fresh.state_text


def to_pick() -> list[Order]:
    return list(Order.objects.to_pick(timezone.localdate()))


def test_what_was_paid_back_is_to_be_sent_when_the_bank_refuses(order):
    promised = refund(order, 2)
    assert state(order) == ("refunded", "Paid, refund on its way")

    fail(promised)

    assert state(order) == ("paid", "Paid")
    assert order.moves.latest("pk").who == "demo"
    assert to_pick() == [order]
    assert post(order).fulfilment == "posted"
    assert findings() == []


def test_copies_that_are_on_sale_again_are_not_sent_when_the_bank_refuses(order):
    fail(refund(order, 2, restock=True))

    assert state(order) == ("refunded", "Refund failed")
    assert fulfilling.steps(Order.objects.get()) == []
    with pytest.raises(posting.NothingIsLeft, match="refunded, or are on sale again"):
        post(order)
    assert findings() == []


def test_of_an_order_that_was_paid_back_in_two_ways_what_is_here_is_sent(order):
    back, kept = refund(order, 1, restock=True), refund(order, 1)
    fail(kept)
    assert state(order)[0] == "paid"
    fail(back)

    [line] = OrderItem.objects.with_refunds()
    assert line.copies_left == 1
    post(order)
    assert findings() == []


def test_when_the_last_refund_is_sent_again_nothing_is_to_be_picked(order):
    first = refund(order, 1)
    fail(first)
    refund(order, 1)
    assert state(order)[0] == "paid"

    again(first)

    assert state(order) == ("refunded", "Paid, refund on its way")
    assert to_pick() == []
    assert findings() == []


def test_what_is_on_its_way_stays_so_when_its_refund_fails(order):
    post(order)
    promised = refund(order, 2)
    assert state(order)[0] == "refunded"

    fail(promised)

    assert state(order)[0] == "refunded"
    again(promised)
    assert state(order)[0] == "refunded"


def test_only_a_refund_that_fails_makes_such_an_order_paid(order):
    refund(order, 2)

    assert fulfilling.steps(Order.objects.get()) == []
    with pytest.raises(fulfilling.CannotMove):
        fulfilling.take(
            number=order.number, to=Order.Fulfilment.PAID, who="stella", now=timezone.now()
        )


def take(order: Order, to: str) -> None:
    fulfilling.take(number=order.number, to=Order.Fulfilment(to), who="s", now=timezone.now())


@pytest.mark.parametrize("begun", ["picking", "packed"])
@pytest.mark.parametrize("restock", [True, False])
def test_a_parcel_that_a_refund_makes_wrong_is_picked_anew(order, begun, restock):
    take(order, begun)

    refund(order, 1, restock=restock)

    assert state(order)[0] == "paid"
    assert order.moves.latest("pk").who == "stella"
    assert to_pick() == [order]


@pytest.mark.parametrize(("restock", "stays"), [(True, "packed"), (False, "paid")])
def test_so_is_one_that_a_failed_refund_makes_wrong_and_no_other(order, restock, stays):
    promised = refund(order, 1, restock=restock)
    take(order, "packed")

    fail(promised)
    assert state(order)[0] == stays

    if stays == "paid":
        take(order, "packed")
    again(promised)
    assert state(order)[0] == stays


def test_money_without_copies_leaves_the_parcel_alone(order, guest, emma):
    take(order, "packed")

    refunds.refund_lines(
        number=order.number,
        quantities={},
        delivery=order.delivery_total,
        restock=False,
        reason=Refund.Reason.GOODWILL,
        who="stella",
        now=timezone.now(),
    )

    assert state(order)[0] == "packed"


def test_so_do_copies_that_left_in_the_first_parcel(guest, emma):
    day = timezone.localdate() + timedelta(days=40)
    waves = BookFactory(title="The Waves", stock=2, on_sale_on=day)
    fill(guest, emma, waves)
    order = pay(place(guest).number)
    post(order)
    take(order, "packed")

    refund(order, 1, book=emma)

    assert state(order)[0] == "packed"


def test_what_is_sent_because_its_rest_was_paid_back_has_a_last_parcel(guest, emma):
    day = timezone.localdate() + timedelta(days=40)
    waves = BookFactory(title="The Waves", stock=2, on_sale_on=day)
    fill(guest, emma, waves)
    order = pay(place(guest).number)
    post(order)
    Order.objects.get().items.filter(book=emma).update(sent_at=timezone.now() - timedelta(days=9))
    left_at = order.items.get(book=emma).sent_at

    refund(order, 1, book=waves)

    kept = Order.objects.get()
    assert (kept.fulfilment, kept.posted_at) == ("posted", left_at)
    assert kept.expected_on == latest_arrival(kept, left_at)
    assert kept.withdraw_until is not None
    assert findings() == []
