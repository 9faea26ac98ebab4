"""Pages without scripts, in which they can be let run later: axe is a script itself.

Playwright's own `java_script_enabled=False` stays for as long as the page does. There, what axe promises
would never come.
"""

from weakref import WeakKeyDictionary

from playwright.sync_api import CDPSession, Page

_switches: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def turn_off(page: Page) -> None:
    """Before the page goes anywhere. It lasts from one document to the next."""
    _switches[page] = page.context.new_cdp_session(page)
    _set_off(page, value=True)


def turn_on(page: Page) -> None:
    """A document that came without scripts stays as it came: its own have had their time."""
    if page in _switches:
        _set_off(page, value=False)


def _set_off(page: Page, *, value: bool) -> None:
    _switches[page].send("Emulation.setScriptExecutionDisabled", {"value": value})
