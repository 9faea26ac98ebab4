"""Every page: nothing for axe to find, nothing wider than a small phone, nothing inline."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.conftest import IN_CI

from .pages import DESK, PAGES, PHONE

pytestmark = pytest.mark.browser

SMALLEST = {"width": 320, "height": 640}
# What people see until our fonts have come, and where they never come.
FALLBACKS = """for (const [kind, font] of [["sans", "system-ui"], ["serif", "serif"]])
    document.documentElement.style.setProperty(`--${kind}`, font)"""
NO_FALLBACKS = "document.documentElement.removeAttribute('style')"
LOOKS = [(PHONE, "light")]
if IN_CI:
    LOOKS += [(PHONE, "dark"), (DESK, "light"), (DESK, "dark")]

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
# Blocks of data, which no browser runs.
DATA = ('type="application/ld+json"', 'type="application/json"')
STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)

every_page = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.deep if number % 2 else ())
        for number, name in enumerate(PAGES)
    ],
)


@every_page
def test_everybody_can_use_it(name, show):
    """Of one visit, since to come to each page takes longer than to look at it."""
    page, response = show(name)

    assert inline_in(response.text()) == []

    page.set_viewport_size(SMALLEST)
    for fonts in (FALLBACKS, NO_FALLBACKS):
        page.evaluate(fonts)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"], fonts

    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        unfold(page)
        # A frame shows a mail, and runs no axe: see test_mails.py.
        found = Axe().run(page, options={"iframes": False})
        assert found.violations_count == 0, f"{viewport} {scheme}: {found.generate_report()}"


def unfold(page: Page) -> None:
    """Open the menu and the filters of the admin, which axe would pass over."""
    page.evaluate(
        "document.querySelectorAll('#menu details, .filters').forEach((box) => { box.open = true })"
    )


def inline_in(html: str) -> list[str]:
    """Scripts and styles that are in a page itself, which the policy of the shop forbids."""
    scripts = [
        attributes
        for attributes in SCRIPT.findall(html)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]
    return [*scripts, *STYLE.findall(html), *HANDLER.findall(html)]
