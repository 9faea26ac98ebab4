"""What a shopper does, in the words of the pages."""

import re

from playwright.sync_api import Page, expect

ADDRESS = {
    "E-mail": "nadia@example.org",
    "Full name": "Nadia Rahman",
    "Address": "1 Some Street",
    "Town or city": "Bristol",
    "Postcode (optional)": "BS1 4ZZ",
}


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("search").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Found on our shelves")).to_be_visible()


def open_book(page: Page, title: str) -> None:
    page.get_by_role("main").get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def add_to_basket(page: Page) -> None:
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("status")).to_contain_text("is in your basket")


def open_basket(page: Page) -> None:
    mine = page.get_by_role("navigation", name="Your account and basket")
    mine.get_by_role("link", name="Basket").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("asket")


def fill_basket(page: Page, title: str) -> None:
    """From any page to the basket, with one copy of the book in it."""
    search(page, title)
    open_book(page, title)
    add_to_basket(page)
    open_basket(page)


def order(page: Page) -> str:
    """From the basket to the payment page. Returns the number of the order."""
    page.get_by_role("link", name="Go to checkout").click()
    for label, text in ADDRESS.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Order and pay").click()
    expect(page.get_by_role("heading", name="Payment", exact=True)).to_be_visible()
    found = re.search(r"/orders/([0-9A-Z]{8})/", page.url)
    assert found, page.url
    return found[1]


def pay(page: Page) -> None:
    page.get_by_role("button", name="The bank pays").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, your order is paid")


def decline(page: Page) -> None:
    page.get_by_role("button", name="The bank declines").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The payment did not go through")
