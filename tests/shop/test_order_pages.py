from datetime import timedelta
from decimal import Decimal
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxMessage
from catalog.models import Book
from shop.models import NUMBER_ALPHABET, Order, Refund, new_order_number
from shop.services import fulfilling, posting, refunds
from tests.factories import BookFactory

from .conftest import decline, order_through_pages, pay


@pytest.fixture
def order(client, delivery):
    return order_through_pages(client, BookFactory(title="Emma", stock=30))


def text(response) -> str:
    return response.content.decode()


def page_of(client, order) -> str:
    return text(client.get(f"/orders/{order.number}/"))


def post(order, tracking: str = "") -> None:
    now = timezone.now()
    posting.post_order(number=order.number, tracking=tracking, who="stella", now=now)


def refund(order, copies: int, note: str = "") -> None:
    refunds.refund_lines(
        number=order.number,
        quantities={order.items.get().pk: copies},
        delivery=Decimal(0),
        restock=False,
        reason=Refund.Reason.RETURNED,
        who="stella@example.org",
        words=note,
        now=timezone.now(),
    )


def settle_refund() -> None:
    Refund.objects.update(status=Refund.Status.DONE, next_try_at=None)


def test_whoever_placed_it_sees_it(client, order):
    assert "Emma" in text(client.get(f"/orders/{order.number}/"))
    assert order.number in text(client.get("/orders/"))


def test_a_book_that_is_withdrawn_is_named_without_a_link(client, order):
    book = Book.objects.get()
    link = f'href="{book.get_absolute_url()}"'
    assert link in text(client.get(f"/orders/{order.number}/"))

    Book.objects.update(withdrawn_at=timezone.now())

    page = text(client.get(f"/orders/{order.number}/"))
    assert "Emma" in page
    assert link not in page


def test_a_stranger_gets_404(order, shopper_client):
    assert shopper_client.get(f"/orders/{order.number}/").status_code == 404
    assert Client().get(f"/orders/{order.number}/").status_code == 404
    assert Client().get(f"/orders/{order.number}/demo-payment/").status_code == 404
    assert Client().post(f"/orders/{order.number}/pay/").status_code == 404


def test_a_stranger_cannot_settle_anothers_order(order, shopper_client):
    shopper_client.post(f"/orders/{order.number}/demo-payment/", {"choice": "pay"})

    order.refresh_from_db()
    assert order.is_pending


def test_a_waiting_order_can_be_paid_later(client, order):
    page = client.get(f"/orders/{order.number}/")
    assert "Your order waits for its payment" in text(page)

    response = client.post(f"/orders/{order.number}/pay/")

    assert response.url == f"/orders/{order.number}/demo-payment/"


def test_the_guests_link_in_the_mail_opens_the_order_for_any_session(order):
    pay(order.number)
    body = OutboxMessage.objects.get().body
    link = next(line for line in body.splitlines() if "/orders/open/" in line)
    path = link[link.index("/orders/open/") :]

    page = Client().get(path, follow=True)

    assert page.redirect_chain == [(f"/orders/{order.number}/", 302)]
    assert "Emma" in text(page)


def test_a_link_that_was_changed_is_404(order):
    assert Client().get(f"{order.guest_url[:-2]}x/").status_code == 404


def test_a_link_ends_after_ninety_days(order):
    link = order.guest_url
    later = timezone.now() + timedelta(days=91)

    with mock.patch("django.core.signing.time.time", return_value=later.timestamp()):
        assert Client().get(link).status_code == 404


def test_without_orders_the_page_says_what_to_do(client, db):
    assert "There are no orders to show here" in text(client.get("/orders/"))


def test_a_member_without_orders_is_led_to_those_made_without_the_account(shopper_client):
    page = shopper_client.get("/orders/")

    assert "You have not ordered with this account yet" in text(page)
    for way_on in ("/orders/find/", "/wishlist/", "/books/"):
        assert f'<li><a href="{way_on}">' in page.text


def test_numbers_can_be_read_aloud():
    numbers = {new_order_number() for _ in range(200)}

    assert len(numbers) == 200
    assert all(len(number) == 8 and set(number) <= set(NUMBER_ALPHABET) for number in numbers)
    assert not set("01OI") & set(NUMBER_ALPHABET)


def test_the_list_needs_the_same_queries_for_many_orders(client, order, django_assert_num_queries):
    client.get("/orders/")
    with django_assert_num_queries(7):
        client.get("/orders/")
    for _ in range(10):
        order_through_pages(client, BookFactory())

    with django_assert_num_queries(7):
        assert len(client.get("/orders/").context["page"]) == 11


def test_more_orders_than_a_page_holds_are_on_the_next(client, order, settings):
    for _ in range(20):
        order_through_pages(client, BookFactory())

    assert "Older orders" in text(client.get("/orders/"))
    assert order.number in text(client.get("/orders/", {"page": 2}))
    assert client.get("/orders/", {"page": 3}).status_code == 404


def test_the_page_needs_the_same_queries_for_much_of_everything(
    client, order, django_assert_num_queries
):
    pay(order.number)
    client.get("/orders/")
    refund(order, copies=1)
    with django_assert_num_queries(9):
        page_of(client, order)
    for book in BookFactory.create_batch(10):
        order.items.create(book=book, title=book.title, ean=book.ean, unit_price=1, quantity=1)
    payment = order.payments.get()
    for _ in range(10):
        payment.refunds.create(amount="0.01", asked_at=timezone.now(), reason="goodwill")
        order.events.create(kind="refund_asked", at=timezone.now(), who="a test")

    with django_assert_num_queries(9):
        page_of(client, order)


@pytest.mark.parametrize(
    ("settle", "headline"),
    [
        (lambda order: None, "Your order waits for its payment"),
        (lambda order: pay(order.number), "Thank you, your order is paid"),
        (lambda order: decline(order.number), "The payment did not go through"),
        (lambda order: (pay(order.number), post(order)), "Your order is on its way"),
    ],
    ids=["waiting", "paid", "declined", "posted"],
)
def test_the_headline_says_where_the_order_stands(client, order, settle, headline):
    settle(order)

    assert f"<h1>{headline}</h1>" in page_of(client, order)


def come_back(order, *steps: str) -> None:
    pay(order.number)
    post(order)
    for step in (*steps, "returned"):
        to = Order.Fulfilment(step)
        fulfilling.take(number=order.number, to=to, who="stella", now=timezone.now())


def test_whoever_never_got_the_parcel_is_asked_what_to_do(client, order):
    come_back(order)

    page = page_of(client, order)

    assert "The parcel could not be delivered. <a href=" in page
    assert "Until 14 days after the last parcel has come." in page
    assert "came later than we thought" not in page


def test_nobody_is_asked_about_what_they_sent_back_or_have_the_money_for(client, order):
    come_back(order, "delivered")
    assert "could not be delivered" not in page_of(client, order)

    order.events.filter(kind="delivered").delete()
    refund(order, copies=1)
    assert "could not be delivered" not in page_of(client, order)


@pytest.mark.parametrize(
    ("settle", "is_offered"),
    [(lambda number: None, False), (decline, False), (pay, True)],
    ids=["waiting", "declined", "paid"],
)
def test_what_is_to_be_paid_or_in_the_basket_is_not_offered_again(
    client, order, settle, is_offered
):
    settle(order.number)

    assert ("Order again" in page_of(client, order)) is is_offered


def test_the_timeline_tells_what_happened_and_what_comes(client, order):
    pay(order.number)
    assert ">next<" in page_of(client, order)

    post(order, tracking="https://parcels.example/AB1")

    page = page_of(client, order)
    assert page.index("Ordered</span>") < page.index("Paid</span>") < page.index("At your door")
    assert '<a class="more" href="https://parcels.example/AB1"' in page


def test_a_tracking_number_is_no_link(client, order):
    pay(order.number)
    post(order, tracking="javascript:alert(1)")

    page = page_of(client, order)

    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_money_that_goes_back_is_named_with_its_reason(client, order):
    pay(order.number)

    refund(order, copies=1, note="Sorry about the torn page.")

    page = page_of(client, order)
    assert "On its way to you" in page
    assert "Returned or damaged: Sorry about the torn page." in page
    assert "£10.00" in page


def test_what_the_provider_said_of_a_failed_refund_stays_with_staff(client, order):
    pay(order.number)
    refund(order, copies=1)
    order.events.create(kind="refund_failed", note="card_blocked", at=timezone.now(), who="bank")

    page = page_of(client, order)

    assert "Refund failed" in page
    assert "card_blocked" not in page


def test_somebody_who_came_back_from_the_provider_can_look_again(client, order):
    order.payments.update(url="")
    assert "Look again" not in page_of(client, order)

    client.post(f"/orders/{order.number}/pay/")

    assert f'<a href="/orders/{order.number}/paid/">Look again</a>' in page_of(client, order)


def test_an_order_is_cancelled_in_two_steps(client, order):
    pay(order.number)
    assert "Yes, cancel the order" in page_of(client, order)

    page = client.post(f"/orders/{order.number}/cancel/", follow=True)

    assert page.redirect_chain == [(f"/orders/{order.number}/", 302)]
    assert "<h1>This order is cancelled</h1>" in text(page)
    assert f"Order {order.number} is cancelled." in text(page)
    assert Refund.objects.get().amount == order.total


def test_an_order_on_its_way_is_not_cancelled(client, order):
    pay(order.number)
    post(order)
    assert "Cancel this order" not in page_of(client, order)

    page = client.post(f"/orders/{order.number}/cancel/", follow=True)

    assert "is on its way already" in text(page)
    order.refresh_from_db()
    assert order.is_confirmed


def test_a_stranger_can_do_nothing_with_it(order):
    for act in ("cancel", "again"):
        assert Client().post(f"/orders/{order.number}/{act}/").status_code == 404
        assert Client().get(f"/orders/{order.number}/{act}/").status_code == 405
    order.refresh_from_db()
    assert order.is_pending


@pytest.mark.parametrize(
    ("settle", "words"),
    [
        (lambda order: None, "Waiting for payment"),
        (lambda order: pay(order.number), "Paid"),
        (lambda order: (pay(order.number), post(order)), "Posted"),
        (lambda order: (pay(order.number), refund(order, 1)), "Paid, refund on its way"),
        (
            lambda order: (pay(order.number), refund(order, 1), settle_refund()),
            "Paid, refunded",
        ),
    ],
    ids=["waiting", "paid", "posted", "refund asked", "refunded"],
)
def test_the_list_says_where_each_order_stands(client, order, settle, words):
    order.payments.update(amount=Decimal("10.00"))
    type(order).objects.update(delivery_total=0, total=Decimal("10.00"))
    settle(order)

    assert f"<dd>{words}</dd>" in text(client.get("/orders/"))


def test_a_part_that_went_back_is_called_a_part(client, order):
    pay(order.number)
    refund(order, 1)
    settle_refund()

    assert "<dd>Paid, partly refunded</dd>" in text(client.get("/orders/"))


def test_the_page_writes_the_address_as_its_country_does(client, order):
    page = text(client.get(f"/orders/{order.number}/"))

    written = "Nadia Rahman<br>1 Some Street<br>BRISTOL<br>BS1 4ZZ<br>United Kingdom<br>"
    assert f"<address>{written}</address>" in page


def test_after_the_first_of_two_parcels_the_page_says_what_is_still_to_come(client, delivery):
    to_come = BookFactory(on_sale_on=timezone.localdate() + timedelta(days=40))
    client.post(f"/basket/add/{to_come.ean}/")
    order = order_through_pages(client, BookFactory())
    pay(order.number)
    posting.post_order(number=order.number, tracking="", who="stella", now=timezone.now())

    page = client.get(order.get_absolute_url()).text

    assert "A first parcel is on its way" in page
    assert "Until 14 days after the last parcel has come." in page
    assert "Yes, cancel the order" not in page
    assert "Partly posted" in client.get("/orders/").text
