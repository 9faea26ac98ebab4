"""How far the shop is with an order: one table of moves, kept by code and database alike."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shop.fulfilment import MOVES, STATUS_OF, Fulfilment, OrderStatus
from shop.models import FulfilmentMove, Order
from shop.services import cancelling, fulfilling, posting
from tests.audits import found_by, without_triggers
from tests.factories import BookFactory, DeliveryMethodFactory
from tests.threads import at_once

from .conftest import decline, draft, fill, pay, place

ALL_PAIRS = [pair for pair in product(Fulfilment, repeat=2) if pair[0] != pair[1]]
ILLEGAL = [(was, to) for was, to in ALL_PAIRS if to not in MOVES[was]]


@pytest.fixture
def waiting(guest, delivery):
    fill(guest, BookFactory(title="Emma", stock=5))
    return place(guest)


@pytest.fixture
def order(waiting):
    return pay(waiting.number)


@pytest.fixture
def collected(guest, delivery):
    """An order to be collected, paid."""
    way = DeliveryMethodFactory(name="Collect", kind="collect")
    fill(guest, BookFactory(title="Persuasion", stock=5))
    return pay(place(guest, said=draft(delivery_id=way.pk)).number)


def take(order: Order, to: str) -> Order:
    return fulfilling.take(number=order.number, to=Fulfilment(to), who="stella", now=timezone.now())


def post(order: Order) -> Order:
    return posting.post_order(number=order.number, tracking="", who="stella", now=timezone.now())


def path(order: Order) -> list[str]:
    """Where it has been, from its rows."""
    moves = order.moves.order_by("pk").values_list("was", "becomes")
    assert [was for was, _to in moves][1:] == [to for _was, to in moves][:-1]
    return [*[was for was, _to in moves][:1], *[to for _was, to in moves]]


def put(order: Order, state: Fulfilment) -> None:
    """There, whatever was before, as somebody at the database could."""
    status = STATUS_OF[state]
    with without_triggers("shop_order"):
        Order.objects.filter(pk=order.pk).update(
            fulfilment=state,
            status=status,
            closed_at=None if status == OrderStatus.PENDING else timezone.now(),
            first_posted_at=timezone.now() if status == OrderStatus.CONFIRMED else None,
            is_collected=state in (Fulfilment.READY, Fulfilment.COLLECTED),
        )
    order.refresh_from_db()


def write_move(order: Order, was: str, becomes: str) -> None:
    FulfilmentMove.objects.create(
        order=order, was=was, becomes=becomes, who="a test", at=timezone.now()
    )


def test_an_order_goes_from_the_basket_to_the_door(order):
    for state in ("picking", "packed"):
        take(order, state)
    post(order)
    take(order, "delivered")

    assert path(order) == ["new", "paid", "picking", "packed", "posted", "delivered"]
    last = order.moves.latest("pk")
    assert (last.who, Order.objects.get().fulfilment) == ("stella", "delivered")
    assert order.events.latest("pk").kind == "delivered"


def test_an_order_that_is_collected_is_ready_and_then_fetched(collected):
    take(collected, "packed")
    post(collected)
    take(collected, "collected")

    assert path(collected) == ["new", "paid", "packed", "ready", "collected"]


def test_what_was_not_paid_is_unpaid_until_its_money_comes_all_the_same(waiting):
    decline(waiting.number)
    assert Order.objects.get().fulfilment == "unpaid"

    pay(waiting.number)

    assert path(waiting) == ["new", "unpaid", "paid"]


def test_what_was_cancelled_stays_so(order):
    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    assert path(order) == ["new", "paid", "cancelled"]
    with pytest.raises(fulfilling.CannotMove, match="is “Cancelled” and cannot become “Packed”"):
        take(order, "packed")


def test_a_step_taken_too_early_is_taken_back(order):
    for state in ("packed", "picking", "paid"):
        take(order, state)

    assert path(order) == ["new", "paid", "packed", "picking", "paid"]


@pytest.mark.parametrize("state", ["paid", "posted", "ready", "cancelled", "refunded", "unpaid"])
def test_money_mails_and_parcels_come_with_no_mere_word(waiting, state):
    with pytest.raises(fulfilling.CannotMove):
        take(waiting, state)


@pytest.mark.parametrize(("was", "to"), ILLEGAL)
def test_no_illegal_move_is_written(waiting, was, to):
    put(waiting, was)

    with pytest.raises(fulfilling.CannotMove):
        fulfilling.move(waiting, to=to, who="a test", now=timezone.now())
    with pytest.raises(IntegrityError, match="shop_fulfilmentmove_is_legal"), transaction.atomic():
        write_move(waiting, was, to)
    waiting.refresh_from_db()
    assert waiting.fulfilment == was


@pytest.mark.parametrize(("was", "to"), [(w, t) for w, states in MOVES.items() for t in states])
def test_every_legal_move_takes_the_order_and_its_money_status_along(waiting, was, to):
    put(waiting, was)
    collected = to in (Fulfilment.READY, Fulfilment.COLLECTED)
    is_left = STATUS_OF[to] == OrderStatus.CONFIRMED
    Order.objects.update(
        is_collected=collected or was in (Fulfilment.READY, Fulfilment.COLLECTED),
        first_posted_at=timezone.now() if is_left and STATUS_OF[was] == "confirmed" else None,
    )

    fulfilling.move(waiting, to=to, who="a test", now=timezone.now())

    kept = Order.objects.get()
    assert (kept.fulfilment, kept.status) == (to, STATUS_OF[to])
    assert (kept.fulfilment, kept.status, kept.closed_at) == (
        waiting.fulfilment,
        waiting.status,
        waiting.closed_at,
    )


def test_no_move_is_made_without_its_row(order):
    with pytest.raises(IntegrityError, match="changes only by a move"), transaction.atomic():
        Order.objects.update(fulfilment="packed")

    with pytest.raises(IntegrityError, match="moves on only from where it is"):
        write_move(order, "packed", "posted")


@pytest.mark.parametrize(
    "change",
    [{"status": "cancelled"}, {"status": "pending", "closed_at": None}, {"fulfilment": "unpaid"}],
)
def test_state_and_money_never_contradict(order, change):
    with (
        without_triggers("shop_order"),
        pytest.raises(IntegrityError, match="fulfilment_goes_with_status"),
        transaction.atomic(),
    ):
        Order.objects.update(**change)


def test_what_was_not_sent_is_neither_posted_nor_ready(order, collected):
    for wrong, state in ((order, "posted"), (order, "ready"), (collected, "posted")):
        with pytest.raises(IntegrityError), transaction.atomic():
            write_move(wrong, "paid", state)


def test_the_row_of_a_move_is_final_but_for_who_it_was(order):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        FulfilmentMove.objects.update(becomes="unpaid")

    FulfilmentMove.objects.update(who="erased")


def test_an_order_that_is_not_where_its_moves_end_is_found(order):
    put(order, Fulfilment.DELIVERED)

    assert found_by("An order is where") == [
        f"order {order.pk} ({order.number}): delivered, its moves end at paid"
    ]


def test_a_move_that_is_missing_is_found(order):
    take(order, "picking")
    take(order, "packed")
    FulfilmentMove.objects.filter(becomes="picking").delete()

    [finding] = found_by("Each move of an order")
    assert finding.endswith("from picking, was paid")


def test_an_order_that_left_and_is_still_in_the_shop_is_found(order):
    Order.objects.update(
        posted_at=timezone.now(), first_posted_at=timezone.now(), expected_on=timezone.localdate()
    )

    assert len(found_by("An order whose last parcel")) == 1


def test_so_is_one_that_was_sent_without_a_last_parcel(order):
    post(order)
    assert found_by("An order whose last parcel") == []

    Order.objects.update(posted_at=None, expected_on=None)

    assert len(found_by("An order whose last parcel")) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_step_make_one_move(guest, delivery):
    fill(guest, BookFactory(stock=5))
    order = pay(place(guest).number)

    outcomes = at_once([lambda: take(order, "picking")] * 4)

    refused = [outcome for outcome in outcomes if isinstance(outcome, fulfilling.CannotMove)]
    assert len(refused) == 3
    assert path(order) == ["new", "paid", "picking"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_cancelled_while_it_is_picked_is_one_or_the_other_first(guest, delivery):
    fill(guest, BookFactory(stock=5))
    order = pay(place(guest).number)

    def cancel() -> Order:
        return cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    at_once([lambda: take(order, "picking"), cancel])

    assert path(order) in (
        ["new", "paid", "cancelled"],
        ["new", "paid", "picking", "cancelled"],
    )


def test_the_database_has_the_table_that_the_code_has(db):
    """As the migration wrote it: a state to come must not be left out there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            ["shop_order_fulfilment_goes_with_status"],
        )
        (text,) = cursor.fetchone()
    assert all(f"'{state}'" in text for state in Fulfilment)
