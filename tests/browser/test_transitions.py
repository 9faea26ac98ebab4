"""A cover on its way between a shelf and the page of its book."""

import pytest
from playwright.sync_api import Page, expect

from . import steps

pytestmark = [pytest.mark.browser, pytest.mark.comfort]

# What each page moved when it was first shown, kept from page to page of the tab.
WATCH = """window.addEventListener("pagereveal", async ({viewTransition}) => {
    if (!viewTransition) return;
    await viewTransition.ready;
    const moved = document.getAnimations().map(({effect}) => effect.pseudoElement);
    const isCover = moved.includes("::view-transition-group(cover)");
    const durations = document.getAnimations().map(({effect}) => effect.getTiming().duration);
    sessionStorage.moved = (sessionStorage.moved || "") + (isCover ? "cover " : "page ");
    sessionStorage.longest = Math.max(...durations);
})"""


def moved(page: Page) -> str:
    return page.evaluate("(sessionStorage.moved || '').trim()")


def names(page: Page) -> list[str]:
    """Names that are still given to covers."""
    return page.evaluate(
        "[...document.querySelectorAll('.vol')].map((each) => each.style.viewTransitionName)"
        ".filter(Boolean)"
    )


def there_and_back(page: Page, shop: str) -> None:
    page.goto(f"{shop}/books/")
    steps.open_book(page, "Emma")
    page.wait_for_timeout(400)
    page.go_back()
    expect(page.get_by_role("heading", name="All books", level=1)).to_be_visible()
    page.wait_for_timeout(400)


def test_the_cover_that_was_pressed_goes_along_and_comes_back(open_page, shop):
    page = open_page(reduced_motion="no-preference")
    page.context.add_init_script(WATCH)

    there_and_back(page, shop)

    assert moved(page) == "cover cover"
    assert page.evaluate("Number(sessionStorage.longest)") == 220
    assert names(page) == []


def test_nothing_moves_for_who_wants_no_motion(open_page, shop):
    page = open_page()
    page.context.add_init_script(WATCH)

    there_and_back(page, shop)

    assert moved(page) == ""
    assert names(page) == []
