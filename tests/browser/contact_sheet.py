"""A picture of every page and state, on a phone and at a desk, light and dark: `make sheet`.

The pictures and an index of them go to .local/sheet, or to the folder in SHEET. Only those pages are
taken whose names hold one of the words in ONLY, which are separated by commas. SPEAK is the language
of the reader: de for the pages in German.
"""

import os
import re
from html import escape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route

from .pages import DESK, PAGES, PHONE, STIRRED

pytestmark = pytest.mark.browser

FOLDER = Path(os.environ.get("SHEET") or settings.LOCAL_DIR / "sheet")
LOCALE = os.environ.get("SPEAK", "en-GB")
WORDS = [word for word in os.environ.get("ONLY", "").split(",") if word]
NAMES = [name for name in PAGES if not WORDS or any(word in name for word in WORDS)]
LOOKS = {
    f"{viewport['width']}-{scheme}": (viewport, scheme)
    for viewport in (PHONE, DESK)
    for scheme in ("light", "dark")
}
# A list of fifty lines says no more after that.
TALLEST = 4000
INDEX = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Contact sheet</title><style>
body {{ font: 1rem/1.4 sans-serif; margin: 1rem; background: #888 }}
section {{ display: flex; gap: 1rem; align-items: start; overflow-x: auto; padding-bottom: 2rem }}
img {{ flex: none }}
</style></head><body>{pages}</body></html>
"""


def file_name(name: str, look: str) -> str:
    return f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{look}.jpg"


@pytest.fixture(scope="session", autouse=True)
def _index() -> None:
    """Written by each process of a parallel run, always the same."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = [f"<h2>{escape(name)}</h2><section>{pictures_of(name)}</section>" for name in NAMES]
    (FOLDER / "index.html").write_text(INDEX.format(pages="".join(pages)), encoding="utf-8")


def pictures_of(name: str) -> str:
    return "".join(
        f'<img src="{file_name(name, look)}" width="{viewport["width"] // 2}" alt="{look}">'
        for look, (viewport, _scheme) in LOOKS.items()
    )


@pytest.fixture
def open_page(open_page):
    """Pages whose letters are ours, however long they take: a first visit may go without them."""

    def with_our_letters(route: Route) -> None:
        answer = route.fetch()
        sheet = answer.text().replace("font-display: optional", "font-display: swap")
        route.fulfill(response=answer, body=sheet)

    def open_with_our_letters(**options: Any) -> Page:
        page = open_page(**options)
        page.route("**/shop*.css", with_our_letters)
        return page

    return open_with_our_letters


@pytest.mark.parametrize("name", NAMES)
def test_take_pictures(name, show):
    page, _response = show(name, java_script_enabled=name in STIRRED, locale=LOCALE)
    for look, (viewport, scheme) in LOOKS.items():
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        height = min(page.locator("html").bounding_box()["height"], TALLEST)
        if page.locator("iframe").count():
            # What a frame holds is drawn only while the frame is on the screen.
            page.set_viewport_size({**viewport, "height": int(height)})
            page.wait_for_timeout(200)
        page.screenshot(
            path=FOLDER / file_name(name, look),
            full_page=True,
            clip={"x": 0, "y": 0, "width": viewport["width"], "height": height},
            quality=80,
            type="jpeg",
        )
