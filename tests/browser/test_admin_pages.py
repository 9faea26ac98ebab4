"""Every page of the admin that Django makes for a model: by axe, and on a phone as at a desk."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import OutboxMessage
from tests.conftest import IN_CI
from tests.depth import deep_after

from .pages import DESK, PHONE
from .staff_scenes import busy, sign_in
from .test_accessibility import faults_of_looks

pytestmark = pytest.mark.browser

# No test brings about a row of these.
NO_ROWS = {"procrastinatejob"}
# Those that there are of each model.
PAGES = (("changelist", "change"), ("add",), ("history",), ("delete",))
# Forms of Django's own kind, of pages of our own, and of panels.
WITH_ERRORS = (
    "form of a book with errors",
    "note about an order with errors",
    "change prices with errors",
    "begin a stock take with errors",
    "set stock with errors",
    "look for customers with errors",
    "dashboard with an error",
)


def page_of(model: Any, act: str) -> str | None:
    """Where Django shows its list, its empty form, or something of its latest row."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{act}"
    if act in ("changelist", "add"):
        return reverse(name)
    row = model._default_manager.order_by("pk").last()
    return reverse(name, args=[row.pk]) if row else None


@pytest.fixture
def enter(live_server, scene) -> Callable[[Page], None]:
    """Brings a page to the front page of the admin."""

    def enter(page: Page) -> None:
        page.context.add_cookies(
            [
                {"name": cookie.key, "value": cookie.value, "url": live_server.url}
                for cookie in scene.client.cookies.values()
            ]
        )
        page.goto(f"{live_server.url}/admin/")

    return enter


def test_the_menu_folds_away_on_a_phone_and_stands_open_on_a_desk(page, scene, enter):
    sign_in(scene)
    books = page.get_by_role("navigation", name="Menu").get_by_role("link", name="Books")
    page.set_viewport_size(PHONE)
    enter(page)
    expect(books).to_be_hidden()

    page.get_by_text("Menu", exact=True).click()
    books.click()
    expect(page.get_by_role("heading", name="Books", level=1)).to_be_visible()
    expect(books).to_be_hidden()

    page.set_viewport_size(DESK)
    expect(books).to_be_visible()
    expect(books).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("Menu", exact=True)).to_be_hidden()


def test_all_of_the_outbox_is_seen_at_once_on_a_desk(open_page, scene, enter, live_server):
    sign_in(scene)
    facts = {"to": "a.rather.long.name@subdomain.example.org", "subject": "Dear Sam, " * 9}
    failed = {"attempts": 12, "last_error": f"SMTPRecipientsRefused: {'x' * 90}"}
    OutboxMessage.objects.create(**facts, **failed, created_at=timezone.now(), is_repeat=True)
    page = open_page(viewport=DESK)
    enter(page)

    page.goto(urljoin(live_server.url, "/admin/accounts/outboxmessage/"))

    expect(page.get_by_text("12 attempts")).to_be_visible()
    wide, seen = page.locator(".results").evaluate("(box) => [box.scrollWidth, box.clientWidth]")
    assert wide <= seen


@pytest.mark.parametrize("name", deep_after(3, WITH_ERRORS))
def test_a_field_in_error_has_a_border_in_the_ink_of_its_error(name, show):
    page, _response = show(name)
    fields = page.locator("main [aria-invalid=true]")
    error = page.locator("main :is(.errorlist, .errornote)").last
    ink = error.evaluate(
        "(error) => getComputedStyle(error)[error.matches('.errorlist') ? 'color' : 'borderLeftColor']"
    )

    colours = fields.evaluate_all(
        "(all) => all.map((each) => getComputedStyle(each).borderTopColor)"
    )
    assert colours
    assert set(colours) == {ink}


@pytest.mark.deep
@pytest.mark.parametrize("acts", PAGES)
def test_every_page_of_a_model_can_be_used_on_every_screen(acts, open_page, scene, enter):
    busy(scene)
    page = open_page(viewport=PHONE)
    enter(page)
    models = list(admin.site._registry)
    without_rows = {model._meta.model_name for model in models if not page_of(model, "change")}

    assert without_rows <= NO_ROWS
    looked_at = [address for model in models for act in acts if (address := page_of(model, act))]
    faults = [
        f"{address} {fault}"
        for address in looked_at[:: 1 if IN_CI else 3]
        for fault in faults_of(page, address)
    ]
    assert faults == []


def faults_of(page: Page, address: str) -> list[str]:
    """None where nobody may do that to the model."""
    response = page.goto(urljoin(page.url, address))
    if response and response.status == 403:
        return []
    return ([] if response and response.ok else ["answers otherwise"]) + faults_of_looks(page)
