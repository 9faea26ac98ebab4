"""What a shopper does, in the words of the pages."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

EMAIL = "nadia@example.org"
ADDRESS = {
    "Full name": "Nadia Rahman",
    "Address": "1 Some Street",
    "Town or city": "Bristol",
    "Postcode": "BS1 4ZZ",
}
MOST_TABS = 60


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def card(page: Page, name: str) -> Locator:
    """A part of a page, by its heading."""
    return page.get_by_role("region", name=name, exact=True)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector means."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_TABS} tabs did not lead to {selector} on {page.url}")


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("search").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Search our shelves")).to_be_visible()


def open_book(page: Page, title: str) -> None:
    page.get_by_role("main").get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def add_to_basket(page: Page) -> None:
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("status")).to_contain_text("is in your basket")


def open_basket(page: Page) -> None:
    mine = page.get_by_role("navigation", name="Your account and basket")
    mine.get_by_role("link", name="Basket").click()
    expect(heading(page)).to_contain_text("asket")


def fill_basket(page: Page, title: str) -> None:
    """From any page to the basket, with one copy of the book in it."""
    search(page, title)
    open_book(page, title)
    add_to_basket(page)
    open_basket(page)


def check_out(page: Page) -> None:
    page.get_by_role("link", name="Go to checkout").click()
    expect(heading(page)).to_have_text("Delivery")


def give_address(page: Page, name: str, address: Mapping[str, str]) -> None:
    """Fill in the fields of a card, by their labels."""
    for label, text in address.items():
        card(page, name).get_by_label(label, exact=True).fill(text)


def choose_country(page: Page, name: str, country: str) -> None:
    """Without scripts a button says that it is chosen."""
    card(page, name).get_by_label("Country").select_option(country)
    button = card(page, name).get_by_role("button", name="Change the country")
    if button.is_visible():
        button.click()


def fill_in_delivery(page: Page) -> None:
    page.get_by_label("Email address").fill(EMAIL)
    give_address(page, "Where to", ADDRESS)


def go_on_to_payment(page: Page) -> None:
    page.get_by_role("button", name="Continue to payment").click()
    expect(heading(page)).to_have_text("Look it over and pay")


def use_voucher(page: Page, code: str) -> None:
    page.get_by_text("Add a voucher", exact=True).click()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Use the code").click()


def place_order(page: Page) -> str:
    """From the last page before paying to where one pays. Returns the number of the order."""
    page.get_by_role("button", name=re.compile("^Order and pay")).click()
    expect(heading(page)).to_have_text("Payment")
    found = re.search(r"/orders/([0-9A-Z]{8})/", page.url)
    assert found, page.url
    return found[1]


def order(page: Page) -> str:
    """From the basket to where one pays. Returns the number of the order."""
    check_out(page)
    fill_in_delivery(page)
    go_on_to_payment(page)
    return place_order(page)


def pay(page: Page) -> None:
    page.get_by_role("button", name="The bank pays", exact=True).click()
    expect(heading(page)).to_have_text("Thank you, your order is paid")


def decline(page: Page) -> None:
    page.get_by_role("button", name="The bank declines").click()
    expect(heading(page)).to_have_text("The payment did not go through")


def find_order(page: Page, number: str) -> None:
    """By its number and e-mail address, as somebody whom the shop does not know."""
    page.get_by_role("link", name="Find an order by its number").click()
    page.get_by_label("Order number").fill(number)
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_role("button", name="Show the order").click()
    expect(page.get_by_role("main")).to_contain_text(f"Order {number}, placed on")
