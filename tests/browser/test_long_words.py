"""Other languages are longer than English: their words still fit a narrow telephone."""

import os
from pathlib import Path

import pytest
from django.utils.translation import trans_real

from tests import pseudo

pytestmark = [pytest.mark.browser, pytest.mark.deep]

NARROWEST = {"width": 320, "height": 640}
NAMES = (
    *("home", "list", "book", "book out of stock", "author", "basket", "checkout", "order paid"),
    *("sign in", "sign up", "orders", "genres", "language", "withdraw"),
)
# The innermost elements that stand out of the page.
BESIDE = """() => [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .filter((one, _place, all) => !all.some((other) => other !== one && one.contains(other)))
    .map((one) => `${one.tagName} ${one.className} ${one.textContent}`.slice(0, 90)).slice(0, 9)"""
# By so much the words of other languages are longer than those of English.
LONGER = 0.4


@pytest.fixture
def _long_words(settings, monkeypatch, scene) -> None:
    settings.LANGUAGES = [("en-gb", "English"), (pseudo.CODE, "Esperanto")]
    language = pseudo.Pseudo(pseudo.CODE)
    language.longer = LONGER
    monkeypatch.setitem(trans_real._translations, pseudo.CODE, language)
    scene.client.cookies["language"] = pseudo.CODE


@pytest.mark.usefixtures("_long_words")
@pytest.mark.parametrize("name", NAMES)
def test_longer_words_fit_a_narrow_page(name, show):
    page, _response = show(name, viewport=NARROWEST)

    if folder := os.environ.get("SHEET"):
        page.screenshot(path=Path(folder) / f"long-{name.replace(' ', '-')}.png", full_page=True)
    assert "⟦" in page.get_by_role("main").inner_text()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROWEST["width"], page.evaluate(BESIDE)
