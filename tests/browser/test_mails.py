"""Mails as their readers see them, in a browser instead of a mail program."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.samples import samples

from . import scripts

pytestmark = pytest.mark.browser

SMALLEST = {"width": 320, "height": 640}
# What is said of landmarks goes for pages: a mail program has a page of its own around the mail.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
# One of each make: lines and sums, facts, what strangers can have sent, a list of links.
MAKES = ("order-confirmation", "offer", "password-changed", "notices")
each_mail = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in MAKES else pytest.mark.deep) for name in samples()],
)


@each_mail
def test_everybody_can_read_it(name, open_page):
    mail = open_page(viewport=SMALLEST)
    scripts.turn_on(mail)
    mail.set_content(samples()[name].letter("en-gb").html)

    assert mail.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]
    for scheme in ("light", "dark"):
        mail.emulate_media(color_scheme=scheme)
        found = Axe().run(mail, options=RULES)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


def test_staff_see_a_mail_on_both_screens(show):
    """Its styles are let through, and it looks as it says whatever screen staff have."""
    page, _response = show("a sample of a mail")

    for number, colour in enumerate(("rgb(22, 23, 59)", "rgb(243, 239, 230)")):
        mail = page.frame_locator("iframe").nth(number)
        expect(mail.get_by_role("heading", level=1)).to_have_css("color", colour)
