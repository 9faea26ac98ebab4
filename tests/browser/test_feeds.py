"""A feed in a browser: from the form to the books, by a page that goes on by itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Book
from shop.models import FeedUpload
from tests.shop.feeding import ONIX, work

from .scenes import Scene
from .steps import heading

pytestmark = pytest.mark.browser


def as_staff(page: Page, scene: Scene, shop: str) -> Page:
    scene.sign_in(is_staff=True, is_superuser=True)
    for cookie in scene.client.cookies.values():
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": shop}])
    page.goto(f"{shop}/admin/feeds/")
    return page


@pytest.mark.parametrize(
    "java_script_enabled", [pytest.param(True, marks=pytest.mark.comfort), False]
)
def test_a_feed_is_uploaded_looked_at_and_applied(
    live_server, scene, open_page, tmp_path, java_script_enabled
):
    feed = Path(tmp_path / "autumn.xml")
    feed.write_bytes(ONIX)
    page = open_page(java_script_enabled=java_script_enabled)
    as_staff(page, scene, live_server.url)

    page.get_by_role("link", name="Upload a feed").click()
    page.get_by_label("File").set_input_files(feed)
    page.get_by_role("button", name="Upload and look at it").click()
    expect(heading(page)).to_have_text("autumn.xml")
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    worked_off(page, java_script_enabled=java_script_enabled)

    expect(page.get_by_text("1 new.")).to_be_visible()
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    worked_off(page, java_script_enabled=java_script_enabled)

    expect(page.get_by_text("Applied.")).to_be_visible()
    expect(page.get_by_role("link", name="Emma", exact=True).last).to_be_visible()
    assert Book.objects.filter(ean="9780141439587").exists()


def worked_off(page: Page, *, java_script_enabled: bool) -> None:
    """The worker does its part; with scripts the page sees that by itself."""
    work(FeedUpload.objects.get())
    if not java_script_enabled:
        page.get_by_role("link", name="Look again how far it is").click()
