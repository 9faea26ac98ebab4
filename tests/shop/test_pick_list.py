"""What is fetched from the shelves for many orders, and what goes into each parcel."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.models import Order, Refund
from shop.picking import MOST_ORDERS, pick_list
from shop.services import cancelling, posting, refunds
from tests.accounts.test_staff_groups import member_of
from tests.factories import BookFactory

from .conftest import fill, pay, place

LIST = "/admin/pick-list/"


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=99, shelf="B12")


@pytest.fixture
def new_order(guest, delivery):
    def make(*books, quantity=1) -> Order:
        fill(guest, *books, quantity=quantity)
        return pay(place(guest).number)

    return make


@pytest.fixture
def packer(db):
    return member_of("Fulfilment")


def the_list(*orders: Order):
    return pick_list([order.pk for order in orders], today=timezone.localdate())


def refund(order: Order, copies: int) -> None:
    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: copies},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.GOODWILL,
        who="s",
        now=timezone.now(),
    )


def test_it_goes_along_the_shelves_and_adds_copies_up(new_order, emma):
    near, none, crime = (
        BookFactory(title=title, shelf=shelf)
        for title, shelf in (("Zuleika", "B3"), ("Aurora", ""), ("Bleak House", "crime 2"))
    )
    first = new_order(emma, none, quantity=2)
    second = new_order(emma, near, crime)

    found = the_list(first, second)

    assert [pick.book for pick in found.picks] == [near, emma, crime, none]
    assert [pick.copies for pick in found.picks] == [1, 3, 1, 2]
    assert found.copies == 7
    wanted = [(item.order, item.copies_left) for item in found.picks[1].wanted]
    assert wanted == [(first, 2), (second, 1)]


def test_books_on_one_shelf_go_by_title(new_order, emma):
    before = BookFactory(title="Dombey and Son", shelf="B12")

    assert [pick.book for pick in the_list(new_order(emma, before)).picks] == [before, emma]


def test_only_copies_that_are_still_to_be_sent_are_on_it(new_order, emma):
    partly, whole, posted = (new_order(emma, quantity=3) for _ in range(3))
    refund(partly, 1)
    refund(whole, 3)
    posting.post_order(number=posted.number, tracking="", who="s", now=timezone.now())

    found = the_list(partly, whole, posted)

    assert [(pick.book, pick.copies) for pick in found.picks] == [(emma, 2)]
    assert [slip.order for slip in found.slips] == [partly]
    assert found.gone == [whole, posted]


def test_a_book_to_come_is_named_and_not_fetched(packer, new_order, emma):
    day = timezone.localdate() + timedelta(days=40)
    waves = BookFactory(title="The Waves", stock=2, on_sale_on=day)
    order = new_order(emma, waves)

    [slip] = the_list(order).slips
    page = packer.get(LIST, {"order": order.pk}).text

    assert [item.title for item in slip.now] == ["Emma"]
    assert [item.title for item in slip.later] == ["The Waves"]
    assert f"1 × The Waves, not before {day:%-d %B %Y}" in page


def test_looking_at_it_changes_nothing_and_beginning_does(packer, new_order, emma):
    orders = [new_order(emma) for _ in range(2)]
    query = {"order": [order.pk for order in orders]}

    page = packer.get(LIST, query)
    assert "Begin to pick 2 orders" in page.text
    assert set(Order.objects.values_list("fulfilment", flat=True)) == {"paid"}

    page = packer.post(LIST, query_params=query, follow=True)
    assert "2 orders are being picked." in page.text
    assert set(Order.objects.values_list("fulfilment", flat=True)) == {"picking"}
    assert orders[0].number in page.text
    assert "Begin to pick" not in page.text


def test_a_slip_says_where_to_and_no_price(packer, new_order, emma):
    order = new_order(emma)

    page = packer.get(LIST, {"order": order.pk}).text

    assert "1 Some Street" in page
    assert "£" not in page
    assert "10.00" not in page


def test_who_chose_orders_on_the_board_comes_to_their_list(packer, new_order, emma):
    chosen, _other = new_order(emma), new_order(emma)

    form = {"action": "pick", "_selected_action": [chosen.pk]}
    page = packer.post("/admin/shop/order/", form, follow=True)

    assert page.redirect_chain[0][0] == f"{LIST}?order={chosen.pk}"
    assert [slip.order for slip in page.context["list"].slips] == [chosen]


def test_without_a_choice_it_is_of_what_is_being_picked(packer, new_order, emma):
    assert "No order is being picked." in packer.get(LIST).text
    new_order(emma)
    picked = new_order(emma)
    packer.post(LIST, query_params={"order": picked.pk})

    assert [slip.order for slip in packer.get(LIST).context["list"].slips] == [picked]


def test_an_order_that_was_cancelled_meanwhile_is_said_to_be_gone(packer, new_order, emma):
    order = new_order(emma)
    cancelling.cancel_order(number=order.number, who="sam", now=timezone.now())

    page = packer.post(LIST, query_params={"order": order.pk}, follow=True).text

    assert f"Order {order.number} is not on the list: it is “Cancelled”." in page
    assert "0 orders are being picked." in page


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "²", ""])
def test_nonsense_in_the_address_is_left_out(packer, key):
    assert packer.get(LIST, {"order": key}).status_code == 200
    assert packer.post(LIST, query_params={"order": key}).status_code == 302


def test_no_more_orders_than_one_can_carry(packer, new_order, emma, monkeypatch):
    orders = [new_order(emma) for _ in range(2)]
    monkeypatch.setattr("shop.order_admin.MOST_ORDERS", 1)

    form = {"action": "pick", "_selected_action": [order.pk for order in orders]}
    page = packer.post("/admin/shop/order/", form, follow=True)

    assert MOST_ORDERS == 100
    assert "Nothing was done: that is for 1 orders at a time, at the most." in page.text


def test_it_asks_as_much_for_many_orders_as_for_few(packer, new_order, emma):
    def queries(orders: list[Order]) -> int:
        with CaptureQueriesContext(connection) as asked:
            packer.get(LIST, {"order": [order.pk for order in orders]})
        return len(asked)

    orders = [new_order(emma)]
    queries(orders)
    few = queries(orders)
    orders += [new_order(emma, BookFactory()) for _ in range(6)]

    assert queries(orders) == few


@pytest.mark.parametrize("group", ["Bookseller", "Auditor"])
def test_who_packs_nothing_has_no_list(group, db):
    assert member_of(group).get(LIST).status_code == 403


def test_a_list_of_what_is_being_picked_says_that_there_is_more(
    packer, new_order, emma, monkeypatch
):
    orders = [new_order(emma) for _ in range(2)]
    packer.post(LIST, query_params={"order": [order.pk for order in orders]})
    assert "There are more orders" not in packer.get(LIST).text
    monkeypatch.setattr("shop.picking.MOST_ORDERS", 1)

    page = packer.get(LIST)

    assert [slip.order for slip in page.context["list"].slips] == orders[:1]
    assert "There are more orders: only the first 1 are on this list" in page.text


def test_of_too_many_that_were_chosen_none_is_left_out_in_silence(
    packer, new_order, emma, monkeypatch
):
    orders = [new_order(emma) for _ in range(2)]
    query = {"order": [order.pk for order in orders]}
    monkeypatch.setattr("shop.picking.MOST_ORDERS", 1)

    assert "There are more orders" in packer.get(LIST, query).text
    page = packer.post(LIST, query_params=query, follow=True)

    assert "Nothing was done: that is for 1 orders at a time, at the most." in page.text
    assert set(Order.objects.values_list("fulfilment", flat=True)) == {"paid"}
