"""Filters of a list, as they are used."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import BookFactory, ContributorFactory

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
NARROWEST = {"width": 320, "height": 700}


@pytest.fixture
def books(live_server, transactional_db) -> None:
    BookFactory(title="Emma", format="pocket", price="5.00")
    BookFactory(title="Persuasion", format="hardback", price="20.00")


@pytest.mark.comfort
def test_a_price_that_is_none_does_not_hold_up_the_other_filters(open_page, live_server, books):
    page = open_page(viewport=DESK)
    page.goto(f"{live_server.url}/books/")

    page.get_by_label("From").fill("-3")
    page.get_by_label("From").press("Tab")
    expect(page.get_by_label("From")).to_have_value("")
    page.get_by_label("Pocket").check()

    expect(page.locator("#count")).to_have_text("1 book")
    expect(page).to_have_url(f"{live_server.url}/books/?format=pocket")


@pytest.mark.parametrize("viewport", [NARROWEST, PHONE, DESK])
def test_one_long_word_widens_no_page(open_page, live_server, books, viewport):
    page: Page = open_page(viewport=viewport)

    page.goto(f"{live_server.url}/books/?q={'antidisestablishmentarianism' * 4}")

    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_ratings_on_a_sideways_shelf_widen_no_page(open_page, live_server, transactional_db):
    jane = ContributorFactory(name="Jane Austen")
    for number in range(7):
        book = BookFactory(title=f"Novel {number}", rating_sum=21, rating_count=5)
        book.contributions.create(contributor=jane)
    page: Page = open_page(viewport=PHONE)

    page.goto(f"{live_server.url}{book.get_absolute_url()}")

    expect(page.locator(".run .stars")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
