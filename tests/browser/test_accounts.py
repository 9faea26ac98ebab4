"""One's way in and out, on a small screen and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.doors import PASSWORD, link_in, mails_to

from . import steps

pytestmark = pytest.mark.browser
SMALL = {"width": 390, "height": 844}
FIRST, SECOND = "nadia@example.org", "n.rahman@example.org"


def open_link(page: Page, shop: str, email: str) -> None:
    """Follow the newest mail to an address."""
    page.goto(shop + link_in(mails_to(email)[-1]))


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_opening_an_account_to_signing_out(open_page, shop):
    page = open_page(java_script_enabled=False, viewport=SMALL)
    page.goto(f"{shop}/accounts/login/")
    page.get_by_role("main").get_by_role("link", name="open an account").click()
    page.get_by_label("Email address").fill(FIRST)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill("something else")
    page.get_by_role("button", name="Open an account").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Open an account").click()
    expect(steps.heading(page)).to_have_text("Look in your inbox")
    assert fits(page)

    page.context.clear_cookies()
    open_link(page, shop, FIRST)
    expect(page.get_by_role("status")).to_contain_text("Please sign in once")
    sign_in(page, FIRST)
    expect(page.get_by_role("status")).to_contain_text(f"{FIRST} is confirmed")

    page.goto(f"{shop}/accounts/email/")
    expect(steps.heading(page)).to_have_text("Is it still you?")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("New email address").fill(SECOND)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("main")).to_contain_text(f"{SECOND} waits to be confirmed")
    assert fits(page)
    open_link(page, shop, SECOND)
    expect(steps.heading(page)).to_have_text("Your account")
    expect(page.get_by_role("main")).to_contain_text(SECOND)

    page.get_by_role("main").get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{shop}/accounts/")
    expect(steps.heading(page)).to_have_text("Sign in")
