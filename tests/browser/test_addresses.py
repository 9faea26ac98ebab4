"""A member keeps addresses, with scripts and without."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.factories import UserFactory

from .steps import ADDRESS, heading

pytestmark = pytest.mark.browser
AMERICA = "United States of America"


@pytest.fixture
def member(page: Page, shop: str) -> Page:
    """Somebody who is signed in, on the front page of their account."""
    client = Client()
    client.force_login(UserFactory(name="Nadia Rahman"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": shop}])
    page.goto(f"{shop}/accounts/")
    return page


def choose_country(page: Page, country: str) -> None:
    page.get_by_label("Country").select_option(country)
    button = page.get_by_role("button", name="Change the country")
    if button.is_visible():
        button.click()
    expect(page.get_by_label("ZIP code")).to_be_visible()


def add(page: Page, label: str, **changes: str) -> None:
    page.get_by_role("link", name="Add an address").click()
    for name, text in (ADDRESS | {"What you call it": label} | changes).items():
        page.get_by_label(name).fill(text)


def test_addresses_are_kept_ordered_and_deleted(member):
    page = member
    page.get_by_role("link", name="Manage your addresses").click()
    add(page, "Home")
    page.get_by_role("button", name="Save the address").click()
    add(page, "Mum")
    choose_country(page, AMERICA)
    expect(page.get_by_label("Address", exact=True)).to_have_value(ADDRESS["Address"])
    page.get_by_label("State").select_option("New York")
    page.get_by_label("ZIP code").fill("10001")
    page.get_by_label("What you call it").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("“Mum” is saved.")

    page.get_by_role("button", name="Make it the default").click()
    expect(page.get_by_role("status")).to_contain_text("“Mum” is your default now.")
    kept = page.get_by_role("main").get_by_role("heading", level=2)
    expect(kept).to_have_text(["Mum", "Home"])
    page.get_by_role("link", name="Delete Mum").click()
    page.get_by_role("button", name="Delete the address").click()

    expect(page.get_by_role("status")).to_contain_text("“Home” is your default now.")
    expect(heading(page)).to_have_text("Your addresses")
    expect(page.get_by_role("link", name="Edit Home")).to_be_visible()
