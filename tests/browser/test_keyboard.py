"""The shop with the keyboard alone, with what has the focus in sight at every step."""

import pytest
from playwright.sync_api import Page, expect

from . import steps

pytestmark = pytest.mark.browser

MOST_TABS = 60
# What keeps somebody from seeing where they are: WCAG 2.4.7 and 2.4.11.
UNSEEN = """() => {
    const place = document.activeElement, { outlineStyle, outlineWidth } = getComputedStyle(place);
    if (place === document.body) return [];
    const box = place.getBoundingClientRect();
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const on = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const faults = {
        "no outline": outlineStyle === "none" || parseFloat(outlineWidth) < 2,
        "out of sight": left >= right || top >= bottom,
        "covered": on && !place.contains(on) && !on.contains(place),
    };
    return Object.keys(faults).filter((fault) => faults[fault]).map((fault) => place.outerHTML.slice(0, 150) + fault);
}"""
IS_AT = "selector => document.activeElement.matches(selector)"


def arrive(page: Page, title: str) -> None:
    """A page is there, and the first step of the focus on it is the way past its head."""
    expect(steps.heading(page)).to_have_text(title)
    assert page.evaluate(IS_AT, "body"), page.url
    page.keyboard.press("Tab")
    assert page.evaluate(IS_AT, ".skip"), page.url


def go(page: Page, selector: str) -> None:
    """Tab by tab to what the selector means, in sight of each of them."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN) == [], page.url
        if page.evaluate(IS_AT, selector):
            return
    raise AssertionError(f"{MOST_TABS} tabs did not lead to {selector} on {page.url}")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    go(page, selector)
    page.keyboard.press(key)


def write(page: Page, selector: str, text: str) -> None:
    go(page, selector)
    page.keyboard.type(text)


def lap(page: Page) -> None:
    """From the head of a page to its end and round again: nothing keeps the focus."""
    go(page, ".colophon li:last-child a")
    go(page, ".skip")


@pytest.mark.parametrize("colours", ["none", pytest.param("active", marks=pytest.mark.deep)])
def test_from_a_search_to_a_paid_order_with_the_keyboard_alone(colours, open_page, shop, delivery):
    type(delivery).objects.create(name="By courier", price="7.50", position=9)
    page = open_page(forced_colors=colours)
    page.goto(shop)

    arrive(page, "Octavo")
    write(page, "#q", "Emma")
    page.keyboard.press("Enter")
    arrive(page, "Search our shelves")
    press(page, "h3 a")
    arrive(page, "Emma")
    press(page, "#buy-box button", "Space")
    expect(page.get_by_role("status")).to_contain_text("“Emma” is in your basket.")
    press(page, ".skip")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    press(page, "#basket-badge")
    arrive(page, "Basket: 1 book")
    press(page, ".sum .btn")

    arrive(page, "Delivery")
    lap(page)
    write(page, "#id_email", steps.EMAIL)
    for field, text in zip(
        ("name", "line1", "city", "postcode"), steps.ADDRESS.values(), strict=True
    ):
        write(page, f"#id_{field}", text)
    press(page, "[name=delivery_id]", "ArrowDown")
    expect(page.get_by_label("By courier")).to_be_checked()
    press(page, ".sum .btn")
    arrive(page, "Look it over and pay")
    press(page, ".sum .btn.wide")
    arrive(page, "Payment")
    press(page, "main .btn")
    arrive(page, "Thank you, your order is paid")
