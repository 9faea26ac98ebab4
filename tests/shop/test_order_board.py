"""The board of orders: tabs by state, and what staff do with many orders or with one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import OutboxMessage
from shop.models import Order, OrderNote, Refund
from shop.services import cancelling, fulfilling, posting, refunds
from tests.accounts.test_staff_groups import member_of
from tests.factories import BookFactory, DeliveryMethodFactory

from .conftest import decline, draft, fill, pay, place

BOARD = "/admin/shop/order/"


@pytest.fixture
def emma(delivery):
    return BookFactory(title="Emma", stock=99)


@pytest.fixture
def new_order(guest, emma):
    def make(**changes) -> Order:
        fill(guest, emma)
        return pay(place(guest, **changes).number)

    return make


@pytest.fixture
def packer(db):
    return member_of("Fulfilment")


def take(order: Order, to: str) -> None:
    fulfilling.take(number=order.number, to=Order.Fulfilment(to), who="s", now=timezone.now())


def post(order: Order) -> None:
    posting.post_order(number=order.number, tracking="", who="s", now=timezone.now())


def listed(response) -> list[Order]:
    return list(response.context["cl"].result_list)


def counts(response) -> dict[str, int]:
    return {tab.state: tab.count for tab in response.context["tabs"] if tab.count is not None}


def act(client, action: str, *orders: Order):
    form = {"action": action, "_selected_action": [order.pk for order in orders]}
    return client.post(f"{BOARD}?fulfilment=all", form, follow=True)


def test_the_board_begins_with_what_is_to_be_done_oldest_first(packer, new_order):
    first, second, picked = new_order(), new_order(), new_order()
    take(picked, "picking")

    page = packer.get(BOARD)

    assert listed(page) == [first, second]
    assert [tab.state for tab in page.context["tabs"] if tab.is_now] == ["now"]


def test_each_tab_of_open_orders_says_how_many_they_are(packer, guest, emma, new_order):
    take(new_order(), "picking")
    post(new_order())
    new_order()
    fill(guest, emma)
    place(guest)

    page = packer.get(BOARD)

    assert counts(page) == {"now": 1, "paid": 1, "picking": 1, "packed": 0, "ready": 0, "new": 1}
    assert 'aria-current="page"' in page.text


@pytest.mark.parametrize("state", ["posted", "cancelled", "unpaid", "all"])
def test_tabs_of_closed_orders_show_the_newest_first(packer, guest, emma, new_order, state):
    for _ in range(2):
        post(new_order())
        cancelling.cancel_order(number=new_order().number, who="s", now=timezone.now())
        fill(guest, emma)
        decline(place(guest).number)

    found = listed(packer.get(BOARD, {"fulfilment": state}))

    assert {order.fulfilment for order in found} >= {state} - {"all"}
    assert found == sorted(found, key=lambda order: -order.pk)
    assert len(found) == (6 if state == "all" else 2)


def test_an_unknown_tab_is_the_first_one(packer, new_order):
    order = new_order()

    assert listed(packer.get(BOARD, {"fulfilment": "nonsense"})) == [order]


@pytest.mark.parametrize("said", ["number", "NADIA@example.org", " nadia@example.org "])
def test_orders_of_all_states_are_found_by_number_and_address(packer, new_order, said):
    order = new_order()
    post(order)
    number = f"{order.number[:4].lower()}-{order.number[4:]}"

    assert listed(packer.get(BOARD, {"q": number if said == "number" else said})) == [order]
    assert listed(packer.get(BOARD, {"q": "somebody@example.org"})) == []


def test_the_board_asks_as_much_for_many_orders_as_for_few(packer, new_order):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            packer.get(BOARD)
        return len(asked)

    new_order()
    packer.get(BOARD)
    few = queries()
    for _ in range(8):
        new_order()

    assert queries() == few


def test_what_waits_for_its_day_of_sale_is_not_to_be_picked_now(packer, guest, emma):
    day = timezone.localdate() + timedelta(days=40)
    waves = BookFactory(title="The Waves", stock=2, on_sale_on=day)
    fill(guest, emma, waves)
    partly = pay(place(guest).number)
    fill(guest, waves)
    whole = pay(place(guest).number)

    page = packer.get(BOARD)

    assert [(order, order.day_to_come) for order in listed(page)] == [(partly, day)]
    assert (counts(page)["now"], counts(page)["paid"]) == (1, 2)
    assert listed(packer.get(BOARD, {"fulfilment": "paid"})) == [partly, whole]
    post(partly)
    assert listed(packer.get(BOARD)) == []


def test_many_are_packed_at_once_and_what_cannot_be_is_named(packer, new_order):
    first, second, gone = new_order(), new_order(), new_order()
    post(gone)

    page = act(packer, "mark_packed", first, second, gone)

    assert "2 orders: Packed." in page.text
    assert f"Order {gone.number} is “Posted” and cannot become “Packed”." in page.text
    assert sorted(Order.objects.values_list("fulfilment", flat=True)) == [
        *("packed", "packed", "posted")
    ]


def test_what_is_collected_is_made_ready_with_its_mail_and_parcels_are_not(packer, new_order):
    way = DeliveryMethodFactory(name="Collect", kind="collect")
    order, by_post = new_order(said=draft(delivery_id=way.pk)), new_order()

    page = act(packer, "mark_ready", order, by_post)

    order.refresh_from_db()
    assert order.fulfilment == "ready"
    assert f"Order {by_post.number} is not collected in the shop" in page.text
    assert OutboxMessage.objects.latest("pk").subject.endswith("is ready")
    act(packer, "mark_delivered", order)
    order.refresh_from_db()
    assert order.fulfilment == "ready"


def test_the_page_of_an_order_offers_what_comes_next(packer, new_order):
    order = new_order()
    address = f"{BOARD}{order.pk}/"

    page = packer.get(f"{address}change/")
    assert [step for step, _words in page.context["steps"]] == ["picking", "packed"]
    page = packer.post(f"{address}move/", {"to": "picking"}, follow=True)
    assert f"Order {order.number}: Being picked." in page.text
    packer.post(f"{address}move/", {"to": "packed"})
    packer.post(f"{address}post/", {"tracking": "AB 123"})
    packer.post(f"{address}move/", {"to": "delivered"})

    order.refresh_from_db()
    assert (order.fulfilment, order.tracking) == ("delivered", "AB 123")
    assert order.moves.latest("pk").who == "fulfilment@octavo.example"


def test_a_step_that_somebody_else_took_is_refused_with_a_sentence(packer, new_order):
    order = new_order()
    take(order, "picking")

    page = packer.post(f"{BOARD}{order.pk}/move/", {"to": "picking"})

    assert page.status_code == 422
    assert "is “Being picked” and cannot become “Being picked”" in page.text


@pytest.mark.parametrize("to", ["", "posted", "x" * 10_000, "a\x00b", "cancelled"])
def test_nonsense_moves_nothing(packer, new_order, to):
    order = new_order()

    assert packer.post(f"{BOARD}{order.pk}/move/", {"to": to}).status_code == 422
    order.refresh_from_db()
    assert order.fulfilment == "paid"


def test_what_is_collected_has_no_tracking_number(packer, new_order):
    way = DeliveryMethodFactory(name="Collect", kind="collect")
    order = new_order(said=draft(delivery_id=way.pk))

    assert "tracking" not in packer.get(f"{BOARD}{order.pk}/post/").context["form"].fields
    page = packer.post(f"{BOARD}{order.pk}/post/", {"tracking": "AB 123"}, follow=True)

    assert f"Order {order.number} is ready to collect." in page.text
    order.refresh_from_db()
    assert (order.fulfilment, order.tracking) == ("ready", "")


def test_a_note_is_for_staff_alone(packer, client, new_order, emma):
    order = new_order()

    page = packer.post(f"{BOARD}{order.pk}/note/", {"text": "Rings twice."}, follow=True)

    assert "Rings twice." in page.text
    note = OrderNote.objects.get()
    assert (note.who, note.order) == ("fulfilment@octavo.example", order)
    shoppers = client.get(order.guest_url, follow=True)
    assert order.number in shoppers.text
    assert "Rings twice." not in shoppers.text


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\x00b"])
def test_a_note_that_cannot_be_kept_is_there_to_be_mended(packer, new_order, text):
    order = new_order()

    page = packer.post(f"{BOARD}{order.pk}/note/", {"text": text})

    assert page.status_code == 422
    assert page.context["form"].errors["text"]
    assert not OrderNote.objects.exists()


def test_auditors_see_all_and_change_nothing(new_order):
    auditor, order = member_of("Auditor"), new_order()
    OrderNote.objects.create(order=order, text="Rings twice.", who="s", at=timezone.now())

    page = auditor.get(f"{BOARD}{order.pk}/change/")

    assert "Rings twice." in page.text
    assert f"{order.pk}/move/" not in page.text
    assert f"{order.pk}/note/" not in page.text
    for what, form in (("move", {"to": "picking"}), ("note", {"text": "x"})):
        assert auditor.post(f"{BOARD}{order.pk}/{what}/", form).status_code == 403
    act(auditor, "mark_packed", order)
    order.refresh_from_db()
    assert order.fulfilment == "paid"


def test_the_shopper_reads_where_it_is(packer, client, new_order):
    order = new_order()

    def state() -> str:
        fresh = Order.objects.prefetch_related("payments__refunds").get(pk=order.pk)
        return fresh.state_text

    seen = [state()]
    for step in ("picking", "packed"):
        take(order, step)
        seen.append(state())
    post(order)
    seen.append(state())
    take(order, "delivered")
    seen.append(state())

    assert seen == ["Paid", "Being packed", "Being packed", "Posted", "Delivered"]
    assert "Your order has arrived" in client.get(order.guest_url, follow=True).text


def test_the_day_a_parcel_comes_back_is_told(client, new_order):
    order = new_order()
    post(order)
    take(order, "returned")

    page = client.get(order.guest_url, follow=True).text

    assert "Your order came back to us" in page
    assert "Came back to the shop" in page


def refund(order: Order, title: str) -> None:
    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get(title=title).pk: 1},
        delivery=Decimal(0),
        restock=True,
        reason=Refund.Reason.GOODWILL,
        who="s",
        now=timezone.now(),
    )


def test_what_was_paid_back_before_it_left_is_not_promised(client, new_order):
    order = new_order()

    refund(order, "Emma")

    page = client.get(order.guest_url, follow=True).text
    assert Order.objects.get().fulfilment == "refunded"
    assert "Your order was paid back" in page
    assert "Nothing will be sent." in page
    assert "We are getting it ready" not in page


def test_when_the_rest_is_paid_back_the_order_is_sent_with_its_first_parcel(client, guest, emma):
    day = timezone.localdate() + timedelta(days=40)
    fill(guest, emma, BookFactory(title="The Waves", stock=2, on_sale_on=day))
    order = pay(place(guest).number)
    post(order)
    assert Order.objects.get().fulfilment == "paid"

    refund(order, "The Waves")

    page = client.get(order.guest_url, follow=True).text
    assert Order.objects.get().fulfilment == "posted"
    assert "The books that had not left were paid back." in page
    assert "follow in a parcel of their own" not in page
    refund(order, "Emma")
    assert Order.objects.get().fulfilment == "refunded"
    page = client.get(order.guest_url, follow=True).text
    assert "follow in a parcel of their own" not in page


def test_what_was_paid_back_is_not_to_be_picked_when_the_rest_waits(packer, guest, emma):
    day = timezone.localdate() + timedelta(days=40)
    fill(guest, emma, BookFactory(title="The Waves", stock=2, on_sale_on=day))
    order = pay(place(guest).number)
    assert counts(packer.get(BOARD))["now"] == 1

    refund(order, "Emma")

    page = packer.get(BOARD)
    assert listed(page) == []
    assert (counts(page)["now"], counts(page)["paid"]) == (0, 1)
    assert [each.day_to_come for each in listed(packer.get(BOARD, {"fulfilment": "paid"}))] == [day]


def test_nor_does_it_wait_for_a_book_that_was_paid_back(packer, guest, emma):
    day = timezone.localdate() + timedelta(days=40)
    fill(guest, emma, BookFactory(title="The Waves", stock=2, on_sale_on=day))
    order = pay(place(guest).number)

    refund(order, "The Waves")

    assert [(each, each.day_to_come) for each in listed(packer.get(BOARD))] == [(order, None)]


def test_filters_that_a_link_brings_are_seen_and_can_be_taken_off(packer, new_order, emma):
    new_order()
    for plain in ({}, {"fulfilment": "paid"}, {"q": "nadia@example.org"}, {"p": "1"}):
        assert "changelist-filter" not in packer.get(BOARD, plain).text

    for narrow in ({"status__exact": "confirmed"}, {"book": emma.pk}):
        page = packer.get(BOARD, {"fulfilment": "paid", **narrow})
        assert 'id="changelist-filter"' in page.text
        assert "Clear all filters" in page.text


@pytest.fixture
def partly_collected(guest, emma):
    """An order to be collected, of which one book has yet to be published."""
    way = DeliveryMethodFactory(name="Collect", kind="collect")
    day = timezone.localdate() + timedelta(days=40)
    fill(guest, emma, BookFactory(title="The Waves", stock=2, on_sale_on=day))
    return pay(place(guest, said=draft(delivery_id=way.pk)).number)


def test_of_what_is_collected_a_part_is_not_said_to_be_all(packer, client, partly_collected):
    page = act(packer, "mark_ready", partly_collected)

    assert "1 order: a part is ready to collect, the rest is not on sale yet." in page.text
    assert "1 order: Ready to collect." not in page.text
    assert partly_collected.events.latest("pk").kind == "part_ready"
    mail = OutboxMessage.objects.latest("pk")
    assert mail.subject.startswith("A part of your order")
    assert "The other books are not on sale yet" in mail.body
    shoppers = client.get(partly_collected.guest_url, follow=True).text
    assert "A part of your order is ready" in shoppers
    assert "parcel" not in shoppers.split("Where to")[0].split("<h1>")[1].split("</ol>")[0]
    order = Order.objects.get()
    assert (order.fulfilment, order.state_text) == ("paid", "Partly ready to collect")


def test_nor_is_it_on_the_page_of_the_order(packer, partly_collected):
    page = packer.post(f"{BOARD}{partly_collected.pk}/post/", {}, follow=True)

    number = partly_collected.number
    assert f"A part of order {number} is ready to collect; the rest is to come." in page.text
