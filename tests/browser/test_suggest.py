"""What the search box suggests while somebody types, by keyboard and by pointer."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from catalog.models import Book
from catalog.search import suggestions
from tests.factories import BookFactory, ContributorFactory

from . import steps

pytestmark = [pytest.mark.browser, pytest.mark.comfort]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def emma(live_server, transactional_db) -> Book:
    book = BookFactory(title="Emma", slug="emma", byline="Jane Austen")
    book.contributions.create(contributor=ContributorFactory(name="Emma Goldman"))
    BookFactory(title="Emmeline", slug="emmeline")
    suggestions.refresh()
    return book


@pytest.fixture
def typing(open_page, live_server, emma) -> Page:
    """A page on which somebody has typed the beginning of a title."""
    page = open_page()
    page.goto(live_server.url)
    page.get_by_role("searchbox").fill("emm")
    expect(box(page)).to_be_visible()
    return page


def box(page: Page):
    return page.get_by_role("region", name="Suggestions")


def test_typing_shows_links_in_groups_and_says_how_many(typing):
    expect(box(typing).get_by_role("heading")).to_have_text(["Books", "Authors"])
    expect(box(typing).get_by_role("link")).to_have_text(
        ["Emma Jane Austen", "Emmeline An Author", "Emma Goldman 1 book"]
    )
    expect(box(typing).locator("mark")).to_have_text(["Emm", "Emm", "Emm"])
    expect(typing.locator("#said")).to_have_text("2 books, 1 author")
    expect(typing.get_by_role("searchbox")).to_be_focused()


def test_one_letter_asks_for_nothing_and_shows_nothing(typing):
    asked = []
    typing.on("request", lambda request: asked.append(request.url))

    typing.get_by_role("searchbox").fill("e")

    expect(box(typing)).to_be_hidden()
    expect(typing.locator("#said")).to_be_empty()
    assert asked == []


def test_a_suggestion_leads_to_its_page(typing):
    box(typing).get_by_role("link", name="Emmeline").click()

    expect(typing.get_by_role("heading", level=1)).to_have_text("Emmeline")


@pytest.mark.parametrize("key", ["Enter", "button"])
def test_the_box_still_searches(typing, key):
    if key == "Enter":
        typing.keyboard.press("Enter")
    else:
        typing.get_by_role("search").get_by_role("button").click()

    expect(typing).to_have_url(re.compile(r"/books/\?q=emm$"))


def test_the_links_are_in_the_order_of_tabs_and_arrows(typing):
    typing.keyboard.press("Tab")
    expect(typing.get_by_role("search").get_by_role("button")).to_be_focused()
    typing.keyboard.press("Tab")
    expect(box(typing).get_by_role("link").first).to_be_focused()
    typing.keyboard.press("ArrowDown")
    expect(box(typing).get_by_role("link").nth(1)).to_be_focused()
    typing.keyboard.press("ArrowUp")
    typing.keyboard.press("ArrowUp")
    expect(typing.get_by_role("searchbox")).to_be_focused()


def test_escape_closes_and_keeps_what_was_typed(typing):
    typing.keyboard.press("ArrowDown")
    typing.keyboard.press("Escape")

    expect(box(typing)).to_be_hidden()
    expect(typing.get_by_role("searchbox")).to_be_focused()
    expect(typing.get_by_role("searchbox")).to_have_value("emm")
    typing.keyboard.type("e")
    expect(box(typing).get_by_role("link")).to_have_text(["Emmeline An Author"])


@pytest.mark.parametrize("way", ["focus", "press"])
def test_going_elsewhere_closes(typing, way):
    if way == "focus":
        typing.get_by_role("navigation", name="Subjects").get_by_role("link").first.focus()
    else:
        typing.locator("footer").click(position={"x": 2, "y": 2})

    expect(box(typing)).to_be_hidden()


def test_an_answer_that_comes_late_opens_nothing(open_page, live_server, emma):
    page, held = open_page(), []
    page.goto(live_server.url)
    page.route("**/search/suggest/**", lambda route: held.append(route))
    with page.expect_request("**/search/suggest/**"):
        page.get_by_role("searchbox").fill("emm")
    page.get_by_role("link", name="Delivery and collection").first.focus()
    with page.expect_response("**/search/suggest/**") as answer:
        held[0].continue_()
    answer.value.finished()

    expect(box(page)).to_be_hidden()
    expect(page.locator("#said")).to_be_empty()


def test_axe_finds_nothing_and_no_phone_scrolls_sideways(typing):
    for viewport in (PHONE, DESK):
        for scheme in ("light", "dark"):
            typing.set_viewport_size(viewport)
            typing.emulate_media(color_scheme=scheme)

            found = Axe().run(typing)

            assert found.violations_count == 0, f"{viewport} {scheme}: {found.generate_report()}"
            assert typing.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_without_javascript_the_box_searches_as_ever(open_page, live_server, emma):
    page = open_page(java_script_enabled=False)
    page.goto(live_server.url)
    page.get_by_role("searchbox").fill("emma")

    expect(box(page)).to_be_hidden()
    steps.search(page, "Emma")
