"""What becomes of an order, in a browser, with JavaScript and without."""

import pytest
from playwright.sync_api import Page, expect

from shop.models import Order, Withdrawal

from . import steps

pytestmark = pytest.mark.browser


@pytest.fixture
def paid(page: Page, shop: str) -> str:
    """The number of an order that the shopper of the page has paid; the page shows it."""
    page.goto(shop)
    steps.fill_basket(page, "Emma")
    number = steps.order(page)
    steps.pay(page)
    return number


def test_a_guest_cancels_what_has_not_left(page, paid, emma):
    page.get_by_text("Cancel this order", exact=True).click()
    page.get_by_role("button", name="Yes, cancel the order").click()

    expect(steps.heading(page)).to_have_text("This order is cancelled")
    expect(steps.card(page, "Money back")).to_contain_text("£12.95")
    emma.refresh_from_db()
    assert emma.stock == 5


def test_a_guest_finds_the_order_on_another_machine_and_withdraws(page, paid):
    page.context.clear_cookies()
    page.goto(page.url)
    expect(steps.heading(page)).to_have_text("We cannot find this page")

    steps.find_order(page, paid)
    page.get_by_role("link", name="Withdraw from this contract").click()
    expect(page.get_by_label("Order number")).to_have_value(paid)
    page.get_by_role("button", name="Continue").click()
    expect(steps.heading(page)).to_have_text("Confirm your withdrawal")
    assert not Withdrawal.objects.exists()
    page.get_by_role("button", name="Confirm withdrawal").click()

    expect(steps.heading(page)).to_have_text("We have your withdrawal")
    assert Order.objects.get(number=paid).is_cancelled


def test_an_order_comes_out_on_paper_without_what_one_can_press(page, paid):
    page.emulate_media(media="print")

    expect(steps.card(page, "Where to")).to_be_visible()
    expect(page.get_by_role("complementary", name="Your order")).to_contain_text("£12.95")
    expect(page.get_by_role("list", name="Checkout steps")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("Keep it in an account")).to_be_hidden()
    expect(page.get_by_text("At any time before the parcel leaves")).to_be_hidden()


def test_a_wrong_e_mail_address_finds_nothing_and_says_where_to_look(page, paid, shop):
    page.context.clear_cookies()
    page.goto(f"{shop}/orders/find/")
    page.get_by_label("Order number").fill(paid)
    page.get_by_label("Email address").fill("somebody@example.org")

    page.get_by_role("button", name="Show the order").click()

    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("No order shown yet")
    expect(problems).to_be_focused()


def test_what_was_ordered_once_is_in_the_basket_again(page, paid):
    page.get_by_role("button", name="Order again").click()

    expect(steps.heading(page)).to_have_text("Basket: 1 book")
