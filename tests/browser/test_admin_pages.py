"""Every list of the admin, and the page of a row of it: on a phone, and with targets for a thumb."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import OutboxMessage
from tests.conftest import IN_CI

from .pages import DESK, PHONE
from .staff_scenes import busy, sign_in
from .test_accessibility import LOOKS, unfold

pytestmark = pytest.mark.browser

WITH_TARGETS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# No test brings about a row of these.
NO_ROWS = {"procrastinatejob"}


def pages_of(model: Any) -> list[str]:
    """Its list, and the page of its latest row."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.order_by("pk").last()
    change = [reverse(f"{name}_change", args=[row.pk])] if row else []
    return [reverse(f"{name}_changelist"), *change]


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


def test_every_list_and_row_of_the_admin_can_be_used_on_a_phone(
    open_page, scene, enter, live_server
):
    busy(scene)
    page = open_page(viewport=PHONE)
    enter(page)
    looked_at: dict[str, list[str]] = {
        model._meta.model_name: pages_of(model) for model in admin.site._registry
    }
    without_rows = {name for name, pages in looked_at.items() if len(pages) < 2}

    assert without_rows <= NO_ROWS
    faults = [
        fault
        for addresses in list(looked_at.values())[:: 1 if IN_CI else 3]
        for address in addresses
        for fault in faults_of(page, urljoin(live_server.url, address))
    ]
    assert faults == []


def faults_of(page: Page, address: str) -> list[str]:
    response = page.goto(address)
    faults = [] if response and response.ok else [f"{address} answers otherwise"]
    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > viewport["width"]:
            faults.append(f"{address} is {width} wide of {viewport['width']}")
        unfold(page)
        found = Axe().run(page, options=WITH_TARGETS)
        if found.violations_count:
            faults.append(f"{address} {viewport} {scheme}: {found.generate_report()}")
    return faults
