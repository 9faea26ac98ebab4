"""axe-core, brought into a page once and then asked as often as there are looks of it.

That halves what a look costs: most of the time went into reading axe anew, and into answers about what
is as it should be.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from . import scripts

# Off unless asked for: of WCAG 2.2, and what axe still tries out. Of the latter two rules are left off:
# focus-order-semantics wants no focus on a shelf that scrolls sideways, where the keyboard needs it, and
# p-as-heading takes a price in large figures for a heading.
MORE_RULES = (
    "target-size",
    "css-orientation-lock",
    "label-content-name-mismatch",
    "table-fake-caption",
    "td-has-header",
    "identical-links-same-purpose",
)
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    # A frame shows a mail, and runs no axe: see test_mails.py.
    "iframes": False,
    "rules": {rule: {"enabled": True} for rule in MORE_RULES},
}
ASK = "options => axe.run(options).then(({ violations }) => violations)"


def bring(page: Page) -> None:
    """Once for each document: a page that is loaded anew has lost it."""
    scripts.turn_on(page)
    page.evaluate(Axe().axe_script)


def faults(page: Page) -> list[str]:
    """What axe finds in the page as it looks now, with every rule for WCAG 2.2 A, AA and good practice."""
    return [
        f"{rule['id']}: {rule['help']}: {place['html'][:300]} {place['failureSummary']}"
        for rule in page.evaluate(ASK, OPTIONS)
        for place in rule["nodes"]
    ]
