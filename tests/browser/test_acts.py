"""What is done in its place on a page: where focus is afterwards, what is said, what the address is."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.factories import BookFactory

from . import steps

pytestmark = [pytest.mark.browser, pytest.mark.comfort]

LISTEN = """() => {
    window.stillHere = true;
    window.heard = [];
    const live = document.getElementById("live");
    new MutationObserver((changes) => {
        for (const {addedNodes} of changes)
            for (const node of addedNodes) window.heard.push(node.textContent.trim());
    }).observe(live, {childList: true, subtree: true});
}"""
FOCUSED = "document.activeElement.id || document.activeElement.localName"


def hears(page: Page, words: str, times: int = 1) -> None:
    """Since LISTEN the words were put where they are read out, so many times."""
    page.wait_for_function(
        "([words, times]) => window.heard.filter((each) => each.includes(words)).length === times",
        arg=[words, times],
    )


def by_keys(page: Page, selector: str, keys: str = "Enter") -> None:
    page.locator(selector).focus()
    page.keyboard.press(keys)


def choose_france(page: Page) -> None:
    page.get_by_label("Country").first.focus()
    page.get_by_label("Country").first.select_option("France")


def remove(page: Page) -> None:
    by_keys(page, ".line form[action*=remove] button")


def remove_and_undo(page: Page) -> None:
    remove(page)
    expect(page.locator("h1")).to_be_focused()
    by_keys(page, "form[action*=undo] button")


def sort(page: Page) -> None:
    page.locator("#sort").focus()
    page.locator("#sort").select_option("title")


class Act(NamedTuple):
    """Done on a page of PAGES; focus is then on the element of this id or name."""

    where: str
    do: Callable[[Page], None]
    focus: str
    said: str


ACTS = {
    "tick a filter": Act(
        "list",
        lambda page: by_keys(page, "#f-format-paperback", "Space"),
        "f-format-paperback",
        "1 book",
    ),
    "sort": Act("list", sort, "sort", "2 books"),
    "add a book": Act(
        "book", lambda page: by_keys(page, "#take"), "take", "“Emma” is in your basket."
    ),
    "add copies": Act(
        "book", lambda page: by_keys(page, "#copies"), "copies", "“Emma” is in your basket."
    ),
    "change a line": Act("basket", lambda page: by_keys(page, ".copies"), "q-", "The basket has"),
    "press Update": Act(
        "basket", lambda page: by_keys(page, "[id^=update]"), "update-", "The basket has"
    ),
    "take a line out": Act("basket", remove, "h1", "“Emma” is taken out."),
    "put it back": Act("basket", remove_and_undo, "h1", "“Emma” is back."),
    "lay aside": Act(
        "basket",
        lambda page: by_keys(page, ".line form[action*=save] button"),
        "h1",
        "“Emma” is saved for later.",
    ),
    "fetch back": Act(
        "basket of two parcels",
        lambda page: by_keys(page, ".line form[action*=restore] button"),
        "h1",
        "The basket has",
    ),
    "save a book": Act(
        "list of a member",
        lambda page: by_keys(page, ".shelf li:first-child [id^=save-icon]"),
        "save-icon-",
        "“Persuasion”",
    ),
    "choose a country": Act("checkout", choose_france, "id_country", "The fields of the address"),
    "choose one for an address": Act(
        "add an address", choose_france, "id_country", "The fields of the address"
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_an_act_keeps_focus_or_leads_it_to_the_result_and_says_what_it_did(show, act):
    page, _response = show(act.where)
    page.evaluate(LISTEN)
    address = page.url

    act.do(page)

    hears(page, act.said)
    focused = page.evaluate(FOCUSED)
    assert focused.startswith(act.focus)
    assert page.evaluate("window.stillHere")
    assert page.url.partition("?")[0] == address.partition("?")[0]


def test_the_same_words_are_said_again(show):
    page, _response = show("book")
    page.evaluate(LISTEN)

    for times in (1, 2):
        page.locator("#take").click()
        hears(page, "is in your basket", times)


@pytest.fixture
def list_of_three(shop, settings, open_page) -> Page:
    """Its first page, with two books."""
    settings.BOOKS_PER_PAGE = 2
    BookFactory(title="Persuasion", price="9.00", format="hardback")
    BookFactory(title="Sanditon", price="8.00", format="hardback")
    page = open_page()
    page.goto(f"{shop}/books/")
    page.evaluate(LISTEN)
    return page


def test_another_page_of_a_list_is_read_from_its_heading(list_of_three):
    page = list_of_three

    page.get_by_role("link", name="Page 2").click()

    expect(page.locator("#count")).to_be_focused()
    hears(page, "Showing 3 to 3 of 3 books.")
    expect(page.locator("[role=status], [aria-live]")).to_have_count(1)


def test_the_address_is_true_and_back_leads_through_all_that_was_shown(list_of_three):
    page, main = list_of_three, list_of_three.get_by_role("main")
    first = main.inner_text()
    page.get_by_label("Hardback").check()
    hears(page, "2 books")
    filtered = page.url
    page.locator("#sort").select_option("title")
    expect(page.get_by_role("heading", level=3).first).to_have_text("Persuasion")
    sorted_books = main.inner_text()

    page.reload()
    assert main.inner_text() == sorted_books
    steps.open_book(page, "Sanditon")
    page.go_back()

    assert main.inner_text() == sorted_books
    expect(page.get_by_label("Hardback")).to_be_checked()
    expect(page.locator("#sort")).to_have_value("title")
    # htmx loads each page anew, and another step back would break that off.
    page.evaluate("history.back()")
    expect(page).to_have_url(filtered)
    expect(page.locator("#sort")).not_to_have_value("title")
    page.evaluate("history.back()")
    expect(page).to_have_url(page.url.partition("?")[0])
    expect(page.get_by_label("Hardback")).not_to_be_checked()
    assert main.inner_text() == first
    page.go_forward()
    expect(page.locator("#count")).to_have_text("2 books")
    expect(page.get_by_label("Hardback")).to_be_checked()


def test_no_page_is_laid_by_in_the_browser(list_of_three):
    page = list_of_three
    page.get_by_label("Hardback").check()
    expect(page.locator("#count")).to_have_text("2 books")
    page.go_back()
    expect(page.locator("#count")).to_have_text("3 books")

    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")

    # The address alone, so that htmx knows where it is.
    assert kept == ["htmx-current-path-for-history"]


def test_back_leads_to_where_one_was_on_the_page(shop, settings, open_page):
    settings.BOOKS_PER_PAGE = 12
    for number in range(24):
        BookFactory(title=f"Novel {number:02}", price="9.00")
    page = open_page(viewport={"width": 390, "height": 600})
    page.goto(f"{shop}/books/?sort=title")
    page.get_by_role("link", name="Page 2").click()
    expect(page.get_by_role("heading", name="Novel 20")).to_be_visible()
    page.get_by_role("heading", name="Novel 18").scroll_into_view_if_needed()
    place = page.evaluate("window.scrollY")

    steps.open_book(page, "Novel 18")
    page.go_back()

    expect(page.get_by_role("heading", name="Novel 18")).to_be_visible()
    page.wait_for_function("place => Math.abs(window.scrollY - place) < 5", arg=place)
