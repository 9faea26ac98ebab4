"""A day at the shop: staff do all of it through pages, and at its end all figures agree."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import OutboxMessage
from catalog.models import Book, StockMovement
from reviews import services as reviews
from reviews.models import Review, ReviewReport
from reviews.services import Said
from shop import tasks
from shop.cart import Shopper
from shop.fulfilment import Fulfilment
from shop.models import GoodsIn, Order, Refund, RefundRequest, StockTake
from shop.services import cancelling, posting
from tests.audits import findings
from tests.factories import BookFactory, UserFactory, nth_ean
from tests.shop.conftest import fill, pay, place
from tests.staff_scene import member_of
from tests.waitlist.lists import confirmed_reader, join
from waitlist.models import PreBooking

from . import naive_sums, staff_steps, steps

pytestmark = pytest.mark.browser

UNKNOWN = nth_ean(9_999_999)
BOOKSELLER, FULFILMENT, MANAGER = (
    f"{group}@octavo.example" for group in ("bookseller", "fulfilment", "manager")
)


@dataclass(frozen=True)
class Day:
    """Who is in the shop today, each at a screen of their own, and what the day begins with."""

    bookseller: Page
    fulfilment: Page
    manager: Page
    shopper: Page
    shop: str
    emma: Book
    persuasion: Book
    review: Review


@pytest.fixture(
    params=[
        pytest.param(False, id="without JavaScript"),
        pytest.param(True, id="with JavaScript", marks=pytest.mark.deep),
    ]
)
def screen(request: pytest.FixtureRequest, open_page: Any, shop: str) -> Callable[..., Page]:
    """A page of its own for a shopper, or for one of the staff who is signed in."""

    def screen(*groups: str) -> Page:
        page = open_page(java_script_enabled=request.param)
        cookies = member_of(*groups).cookies.values() if groups else []
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": shop} for cookie in cookies]
        )
        page.goto(f"{shop}/admin/" if groups else shop)
        return page

    return screen


@pytest.fixture
def day(screen: Callable[..., Page], shop: str, emma: Book) -> Day:
    Book.objects.filter(pk=emma.pk).update(shelf="B3")
    persuasion = BookFactory(title="Persuasion", slug="persuasion", stock=0, shelf="B3")
    join(persuasion, user=confirmed_reader(email="anne@example.org"))
    review = a_review_was_reported(emma)
    an_order_was_cancelled_and_another_is_not_paid(emma)
    staff = (screen("Bookseller"), screen("Fulfilment"), screen("Manager"))
    return Day(*staff, screen(), shop, emma, persuasion, review)


def a_review_was_reported(emma: Book) -> Review:
    """Its writer bought the book on the same day of last week."""
    writer, then = UserFactory(email="walter@example.org"), a_week_before(timezone.now())
    number = order(emma, shopper=Shopper(user=writer), now=then)
    posting.post_order(number=number, tracking="", who=FULFILMENT, now=then)
    # No worker has sent the mails of last week.
    OutboxMessage.objects.waiting().update(next_try_at=timezone.now())
    said = Said(1, title="Rubbish", text="Buy it at my shop, it is cheaper.", shown_as="Walter")
    review = reviews.write_review(user=writer, book=emma, said=said, now=timezone.now())
    reviews.report_review(
        user=UserFactory(), review_id=review.pk, reason="advert", words="", now=timezone.now()
    )
    return review


def an_order_was_cancelled_and_another_is_not_paid(emma: Book) -> None:
    number = order(emma)
    cancelling.cancel_order(number=number, who="the shopper", now=timezone.now())
    guest = Shopper(token=uuid.uuid4())
    fill(guest, emma)
    place(guest)


def order(*books: Book, copies: int = 1, shopper: Shopper | None = None, **at: datetime) -> str:
    """The number of an order that is placed and paid."""
    shopper = shopper or Shopper(token=uuid.uuid4())
    as_they_are = Book.objects.filter(pk__in=[book.pk for book in books])
    fill(shopper, *as_they_are, quantity=copies)
    number = place(shopper, **at).number
    pay(number, **at)
    return number


def a_week_before(now: datetime) -> datetime:
    """At the same time on the shop's clock."""
    return timezone.localtime(now) - timedelta(days=7)


def test_a_day_at_the_shop(day):
    a_delivery_is_received(day)
    numbers = three_orders_come_in(day)
    the_orders_are_picked(day, numbers)
    the_orders_are_packed(day, numbers)
    the_orders_are_posted(day, numbers)
    one_copy_comes_back_and_is_refunded(day, numbers[0])
    a_shelf_is_counted_with_a_sale_in_the_middle(day)
    a_review_is_removed(day)
    a_price_is_changed_and_undone(day)

    the_front_page_agrees_with_the_database(day)
    assert findings() == []


def a_delivery_is_received(day: Day) -> None:
    page, emma, persuasion = day.bookseller, day.emma.ean, day.persuasion.ean
    staff_steps.begin_delivery(page, "Box 7")
    staff_steps.unpack(page, emma, "1 × Emma")
    staff_steps.unpack(page, persuasion, "1 × Persuasion")
    staff_steps.unpack(page, persuasion, "2 × Persuasion")
    staff_steps.unpack(page, UNKNOWN, "1 × unknown book")
    staff_steps.unpack(page, UNKNOWN, "2 × unknown book")
    staff_steps.add_unknown_book(page, UNKNOWN, {"Title": "Sanditon", "Price": "8.50"})
    staff_steps.unpack(page, persuasion, "3 × Persuasion")
    staff_steps.unpack(page, emma, "2 × Emma")
    assert in_stock() == {"Emma": 3, "Persuasion": 0, "Sanditon": 0}

    it_is_looked_at_and_put_into_stock(page)

    assert in_stock() == {"Emma": 5, "Persuasion": 2, "Sanditon": 2}
    assert moved("delivery") == {("Emma", 2), ("Persuasion", 3), ("Sanditon", 2)}
    assert GoodsIn.objects.get().is_closed
    assert PreBooking.objects.offered().get().user.email == "anne@example.org"
    assert "Persuasion" in mails_to("anne@example.org")[-1]


def it_is_looked_at_and_put_into_stock(page: Page) -> None:
    page.get_by_role("link", name="See who gets the copies").click()
    into_stock = page.get_by_role("button", name="Put into stock")
    expect(into_stock).to_be_visible()
    shared = {row[0]: row[1:4] for row in staff_steps.rows(page.get_by_role("main"))}
    assert shared == {
        "Emma": ["2", "0", "2"],
        "Persuasion": ["3", "1", "2"],
        "Sanditon": ["2", "0", "2"],
    }
    into_stock.click()
    staff_steps.told(page, "The delivery is in stock.")


def three_orders_come_in(day: Day) -> list[str]:
    """One of them through the pages of the shop, for the book that was new this morning."""
    numbers = [order(day.emma, copies=2), order(day.persuasion, day.emma), buy(day, "Sanditon")]

    assert in_stock() == {"Emma": 2, "Persuasion": 1, "Sanditon": 1}
    assert states_of(numbers) == [Fulfilment.PAID] * 3
    return numbers


def buy(day: Day, title: str) -> str:
    day.shopper.goto(day.shop)
    steps.fill_basket(day.shopper, title)
    number = steps.order(day.shopper)
    steps.pay(day.shopper)
    return number


def the_orders_are_picked(day: Day, numbers: list[str]) -> None:
    page = day.fulfilment
    staff_steps.choose_orders(page, "To pick now", numbers, "Pick list")
    listed = staff_steps.rows(steps.card(page, "Along the shelves"))
    first, second, third = numbers
    assert [(shelf, copies, wanted) for shelf, _book, copies, wanted in listed] == [
        ("B3", "3", f"{first} × 2, {second} × 1"),
        ("B3", "1", f"{second} × 1"),
        ("–", "1", f"{third} × 1"),
    ]
    page.get_by_role("button", name="Begin to pick 3 orders").click()
    staff_steps.told(page, "3 orders are being picked.")

    assert states_of(numbers) == [Fulfilment.PICKING] * 3


def the_orders_are_packed(day: Day, numbers: list[str]) -> None:
    staff_steps.choose_orders(day.fulfilment, "Being picked", numbers, "Packed")
    staff_steps.told(day.fulfilment, "3 orders: Packed.")

    assert states_of(numbers) == [Fulfilment.PACKED] * 3


def the_orders_are_posted(day: Day, numbers: list[str]) -> None:
    for place_in_line, number in enumerate(numbers):
        tracking = f"AB 12{place_in_line}"
        staff_steps.post_parcel(day.fulfilment, number, tracking)

        posted = Order.objects.get(number=number)
        assert posted.fulfilment == Fulfilment.POSTED
        moves = posted.moves.order_by("pk").values_list("becomes", "who")
        assert list(moves)[-3:] == [(to, FULFILMENT) for to in ("picking", "packed", "posted")]
        assert tracking in OutboxMessage.objects.of_thread(number).latest("pk").body
    assert in_stock() == {"Emma": 2, "Persuasion": 1, "Sanditon": 1}


def one_copy_comes_back_and_is_refunded(day: Day, number: str) -> None:
    staff_steps.refund_one_copy(day.manager, number, "Emma")

    refund = Refund.objects.get(payment__order__number=number)
    assert (refund.amount, refund.reason) == (Decimal("10.00"), Refund.Reason.RETURNED)
    asked = RefundRequest.objects.get(order__number=number)
    assert (asked.is_waiting, asked.asked_by.email) == (False, MANAGER)
    tasks.send_refunds.call()
    assert "£10.00" in OutboxMessage.objects.of_thread(number).latest("pk").body
    assert states_of([number]) == [Fulfilment.POSTED]
    assert in_stock() == {"Emma": 3, "Persuasion": 1, "Sanditon": 1}


def a_shelf_is_counted_with_a_sale_in_the_middle(day: Day) -> None:
    """Of Emma three are for sale and one is ordered: four should be there, and three are."""
    page, emma, persuasion = day.fulfilment, day.emma.ean, day.persuasion.ean
    staff_steps.begin_count(page, "B3")
    staff_steps.count(page, emma, "Emma: 1 counted of 4")
    staff_steps.count(page, emma, "Emma: 2 counted of 4")
    buy(day, "Emma")
    staff_steps.count(page, emma, "Emma: 3 counted of 4")
    staff_steps.count(page, persuasion, "Persuasion: 1 counted of 2")
    staff_steps.count(page, persuasion, "Persuasion: 2 counted of 2")
    assert in_stock() == {"Emma": 2, "Persuasion": 1, "Sanditon": 1}

    the_count_is_reviewed_and_posted(page)

    assert StockTake.objects.get().posted_by == FULFILMENT
    assert moved("correction") == {("Emma", -1)}
    assert in_stock() == {"Emma": 1, "Persuasion": 1, "Sanditon": 1}


def the_count_is_reviewed_and_posted(page: Page) -> None:
    page.get_by_role("link", name="Review and post").click()
    [posted] = staff_steps.rows(page.get_by_role("region", name="What is posted"))
    assert "Emma" in posted[0]
    page.get_by_role("button", name="Post the count").click()
    staff_steps.told(page, "The count is posted.")


def a_review_is_removed(day: Day) -> None:
    words = "Please say what you think of the book."
    staff_steps.remove_review(
        day.bookseller, "Rubbish", "It is advertising, or was paid for", words
    )

    day.review.refresh_from_db()
    assert day.review.is_removed
    assert (day.review.removed_by, day.review.removal_words) == (BOOKSELLER, words)
    day.emma.refresh_from_db()
    assert day.emma.rating_count == 0
    assert words in mails_to("walter@example.org")[-1]


def a_price_is_changed_and_undone(day: Day) -> None:
    staff_steps.change_price(day.bookseller, day.persuasion.ean, "10")
    day.persuasion.refresh_from_db()
    assert day.persuasion.price == Decimal("11.00")
    shoppers_see_the_price(day, "£11.00")

    staff_steps.undo_price(day.bookseller)
    day.persuasion.refresh_from_db()
    assert day.persuasion.price == Decimal("10.00")
    shoppers_see_the_price(day, "£10.00")


def shoppers_see_the_price(day: Day, price: str) -> None:
    day.shopper.goto(day.shop + day.persuasion.get_absolute_url())
    expect(day.shopper.locator("#buy-box")).to_contain_text(price)


def the_front_page_agrees_with_the_database(day: Day) -> None:
    tasks.count_book_sales.call()
    page, now = day.manager, timezone.now()
    staff_steps.open_from_menu(page, "Home")
    today_agrees(page, now)
    the_last_days_agree(page, now)
    orders_and_books_agree(page)
    the_queues_agree(page)
    the_figure_leads_to_the_orders_it_counts(page, now)


def today_agrees(page: Page, now: datetime) -> None:
    today = staff_steps.figures(steps.card(page, "Today"))
    names = ("Orders", "Copies", "Sales", "Refunds")
    both = (
        naive_sums.sold(*naive_sums.day_of(now)),
        naive_sums.sold(*naive_sums.day_of(a_week_before(now))),
    )

    assert [today[name] for name in names] == [
        [*pair] for pair in zip(*(one.shown for one in both), strict=True)
    ]


def the_last_days_agree(page: Page, now: datetime) -> None:
    listed = staff_steps.rows(steps.card(page, "The last 30 days"))
    each = [naive_sums.sold_on(day) for day in naive_sums.days(30, now)]

    assert [row[1:] for row in listed] == [one.shown for one in each]
    assert sum(one.orders for one in each) == 5
    assert sum(one.copies for one in each) == 7
    assert sum(one.money for one in each) == Decimal("83.25")
    assert sum(one.refunds for one in each) == Decimal("10.00")


def orders_and_books_agree(page: Page) -> None:
    states, best, low = (
        staff_steps.rows(steps.card(page, name))
        for name in ("Orders by state", "Best sellers", "Low stock")
    )

    assert {state: number for state, number in states if number != "0"} == naive_sums.states()
    assert {(title, *sold) for _place, title, _ean, *sold in best} == naive_sums.best_sellers()
    assert {(title, *numbers) for title, _ean, *numbers in low} == naive_sums.low_stock()


def the_queues_agree(page: Page) -> None:
    for name, rows in {
        "Waiting lists": [PreBooking.objects.living()],
        "Reported reviews": [ReviewReport.objects.filter(settled_at=None)],
        "Refunds": [
            RefundRequest.objects.filter(status=RefundRequest.Status.WAITING),
            Refund.objects.filter(status=Refund.Status.FAILED),
        ],
        "Mails that failed": [OutboxMessage.objects.filter(sent_at=None, next_try_at=None)],
    }.items():
        shown = staff_steps.figures(steps.card(page, name)).values()
        assert [*shown] == [[str(waiting.count())] for waiting in rows], name


def the_figure_leads_to_the_orders_it_counts(page: Page, now: datetime) -> None:
    figures = steps.card(page, "Today").locator("dl.figures > div")
    figures.filter(has_text="Orders").get_by_role("link").first.click()
    expect(steps.heading(page)).to_have_text("Orders")

    listed = {number for _box, number, *_facts in staff_steps.rows(page.locator("#result_list"))}
    since, before = naive_sums.day_of(now)
    paid = {order.number for order, by in naive_sums.paid() if since <= by.settled_at < before}
    assert listed == paid


def in_stock() -> dict[str, int]:
    """Copies on sale, by the books and by the ledger, which say the same."""
    ledger: Counter[str] = Counter()
    for movement in StockMovement.objects.select_related("book"):
        ledger[movement.book.title] += movement.quantity
    stock = dict(Book.objects.values_list("title", "stock"))
    assert Counter(stock) == ledger
    return stock


def moved(reason: str) -> set[tuple[str, int]]:
    found = StockMovement.objects.filter(reason=reason)
    return set(found.values_list("book__title", "quantity"))


def states_of(numbers: list[str]) -> list[str]:
    known = dict(Order.objects.values_list("number", "fulfilment"))
    return [known[number] for number in numbers]


def mails_to(address: str) -> list[str]:
    found = OutboxMessage.objects.filter(to=address).order_by("pk")
    return list(found.values_list("body", flat=True))
