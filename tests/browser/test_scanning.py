"""A scanner types a number and Enter, and may do so faster than the shop answers."""

import re
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Book
from shop.models import GoodsIn, StockTake
from tests.shop.stock_taking import address, begin

from .pages import PHONE
from .scenes import Scene
from .stock_scenes import unpacking

pytestmark = pytest.mark.browser

SCANS = 4


def counting(scene: Scene) -> str:
    scene.sign_in(is_staff=True, is_superuser=True)
    return address(begin(scene.client, "shop"), "count")


@pytest.fixture
def bring(live_server, scene) -> Callable[[Page, Callable[[Scene], str]], Page]:
    """A page comes as staff to the address that something in the shop makes."""

    def bring(page: Page, make: Callable[[Scene], str]) -> Page:
        path = make(scene)
        for cookie in scene.client.cookies.values():
            known = {"name": cookie.key, "value": cookie.value, "url": live_server.url}
            page.context.add_cookies([known])
        page.goto(urljoin(live_server.url, path))
        return page

    return bring


def scan(page: Page, number: str) -> None:
    """By keys alone: wherever the focus is, they go there."""
    page.keyboard.type(number)
    page.keyboard.press("Enter")


def counted(emma: Book) -> int:
    return GoodsIn.objects.get().lines.get(book=emma).copies


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_delivery_is_counted_from_the_keys_alone(bring, scene, open_page, java_script_enabled):
    page = bring(open_page(viewport=PHONE, java_script_enabled=java_script_enabled), unpacking())
    last = page.locator("#scanned strong")

    expect(page.get_by_role("alert")).to_have_count(0)
    scan(page, scene.emma.ean)
    expect(last).to_have_text("2 × Emma")
    expect(page.locator("#id_number")).to_be_focused()
    expect(page.locator("#id_number")).to_have_value("")
    scan(page, scene.emma.ean)
    expect(last).to_have_text("3 × Emma")
    expect(last).to_be_in_viewport()

    larger = "(last) => parseFloat(getComputedStyle(last).fontSize) > 20"
    assert last.evaluate(larger)


@pytest.mark.comfort
def test_scans_of_a_delivery_that_come_before_the_answer_count(bring, scene, open_page):
    page = bring(open_page(), unpacking())

    for _ in range(SCANS):
        scan(page, scene.emma.ean)

    expect(page.locator("#scanned strong")).to_have_text(f"{1 + SCANS} × Emma")
    assert counted(scene.emma) == 1 + SCANS
    expect(page.locator("#id_number")).to_be_focused()


@pytest.mark.comfort
def test_scans_of_a_count_that_come_before_the_answer_count(bring, scene, open_page):
    page = bring(open_page(), counting)
    expect(page.get_by_role("alert")).to_have_count(0)

    for _ in range(SCANS):
        scan(page, scene.emma.ean)

    figures = page.locator("dl.figures").first
    expect(figures.get_by_text(re.compile(f"^{SCANS}$")).first).to_be_visible()
    assert StockTake.objects.get().lines.get(book=scene.emma).counted == SCANS
    expect(page.locator("#id_number")).to_be_focused()


@pytest.mark.comfort
def test_a_scan_that_was_not_sent_goes_before_the_next_one(bring, scene, browser):
    """Of a page that may complain: the browser says itself that nothing was sent."""
    page = bring(browser.new_page(), unpacking())
    failed = page.get_by_role("alert")

    page.context.set_offline(True)
    scan(page, scene.emma.ean)
    expect(failed).to_be_visible()
    page.context.set_offline(False)
    scan(page, scene.emma.ean)

    expect(page.locator("#scanned strong")).to_have_text("3 × Emma")
    expect(failed).to_be_hidden()
    assert counted(scene.emma) == 1 + 2
    page.context.close()
