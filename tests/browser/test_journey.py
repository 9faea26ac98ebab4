"""Buying a book in a browser, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from shop.models import Order
from tests.factories import BookFactory

from . import steps

pytestmark = pytest.mark.browser


def is_the_same_document(page: Page) -> bool:
    return page.evaluate("window.stillHere === true")


def test_from_a_search_to_a_paid_order(page, shop, emma):
    page.goto(shop)
    steps.fill_basket(page, "Emma")
    number = steps.order(page)
    steps.pay(page)

    paid = Order.objects.get(number=number)
    emma.refresh_from_db()
    assert paid.status == Order.Status.CONFIRMED
    assert emma.stock == 4
    assert page.url == f"{shop}/orders/{number}/?done"
    expect(page.get_by_role("main")).to_contain_text("£12.95")


def test_a_line_is_changed_taken_out_and_put_back(page, shop):
    page.goto(shop)
    steps.fill_basket(page, "Emma")

    page.get_by_label("Copies of Emma").fill("3")
    page.get_by_role("button", name="Update Emma").click()
    expect(steps.heading(page)).to_have_text("Basket: 3 books")
    expect(page.get_by_role("complementary", name="Your order")).to_contain_text("£30.00")

    page.get_by_role("button", name="Remove Emma").click()
    expect(steps.heading(page)).to_have_text("Your basket is empty")

    page.get_by_role("button", name="Undo").click()
    expect(steps.heading(page)).to_have_text("Basket: 3 books")
    assert page.url == f"{shop}/basket/"


def test_more_copies_than_there_are_is_refused_in_words(page, shop):
    page.goto(shop)
    steps.fill_basket(page, "Emma")

    page.get_by_label("Copies of Emma").fill("9")
    page.get_by_role("button", name="Update Emma").click()

    expect(page.get_by_role("status")).to_contain_text("Only 5 copies of “Emma” are left.")
    expect(steps.heading(page)).to_have_text("Basket: 1 book")


def test_a_declined_payment_fills_the_basket_again(page, shop, emma):
    page.goto(shop)
    steps.fill_basket(page, "Emma")
    steps.order(page)
    steps.decline(page)

    page.get_by_role("link", name="Back to the basket").click()

    emma.refresh_from_db()
    assert emma.stock == 5
    expect(steps.heading(page)).to_have_text("Basket: 1 book")


@pytest.mark.comfort
def test_adding_to_the_basket_changes_the_page_in_its_place(open_page, shop, emma):
    page = open_page()
    page.goto(shop + emma.get_absolute_url())
    page.evaluate("window.stillHere = true")

    steps.add_to_basket(page)

    expect(page.get_by_role("link", name=re.compile(r"^Basket.*1 book$"))).to_be_visible()
    assert page.url == shop + emma.get_absolute_url()
    assert is_the_same_document(page)


@pytest.mark.comfort
def test_the_address_follows_a_swap_and_back_leads_back(open_page, shop, settings):
    settings.BOOKS_PER_PAGE = 2
    for title in ("Persuasion", "Sanditon", "The Watsons"):
        BookFactory(title=title, price="9.00")
    page = open_page()
    page.goto(f"{shop}/books/?sort=title")
    page.evaluate("window.stillHere = true")

    page.get_by_role("link", name="Page 2").click()
    expect(page).to_have_url(re.compile(r"\?sort=title&page=2$"))
    expect(page.get_by_role("heading", name="Sanditon")).to_be_visible()
    assert is_the_same_document(page)

    page.go_back()
    expect(page).to_have_url(re.compile(r"\?sort=title$"))
    expect(page.get_by_role("heading", name="Emma")).to_be_visible()
    expect(page.get_by_role("banner")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.comfort
def test_sorting_swaps_the_books_and_keeps_the_words(open_page, shop):
    BookFactory(title="Emma abridged", price="4.00")
    page = open_page()
    page.goto(f"{shop}/books/?q=emma")

    page.get_by_label("Sort by").select_option("price")

    expect(page).to_have_url(re.compile(r"q=emma&sort=price$"))
    expect(page.get_by_role("heading", level=3).first).to_have_text("Emma abridged")
    page.reload()
    expect(page.get_by_role("heading", level=3).first).to_have_text("Emma abridged")
