"""Sign-in by another site in a browser, under the CSP of a shop that has the keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.fake_sign_in import FakeGitHub, FakeGoogle, FakeSite, stand_in

from . import steps

pytestmark = pytest.mark.browser


@pytest.fixture(params=[FakeGoogle, FakeGitHub], ids=["Google", "GitHub"])
def site(request, settings, monkeypatch) -> Iterator[FakeSite]:
    with request.param() as site:
        stand_in(site, settings, monkeypatch)
        leads_to = [*settings.SECURE_CSP["form-action"], site.url]
        settings.SECURE_CSP = {**settings.SECURE_CSP, "form-action": leads_to}
        yield site


@pytest.fixture
def signed_out(page: Page, shop: str, site: FakeSite) -> Page:
    """In front of the other site's question, sent there by the button."""
    page.goto(f"{shop}/accounts/login/")
    page.get_by_role("button", name="Continue with").click()
    expect(steps.heading(page)).to_have_text(f"The shop asks {site.id} who you are")
    return page


def test_the_button_leads_there_and_back_into_the_shop(signed_out: Page):
    signed_out.get_by_role("button", name="Agree").click()

    expect(signed_out.get_by_role("status")).to_contain_text("You are signed in")
    assert User.objects.get().name == "Nadia Rahman"


def test_saying_no_leads_back_to_the_shop_too(signed_out: Page):
    signed_out.get_by_role("button", name="Deny").click()

    expect(steps.heading(signed_out)).to_have_text("You said no, and that is fine")
    assert not User.objects.exists()


def test_the_only_way_in_is_shown_as_such(signed_out: Page, shop: str):
    signed_out.get_by_role("button", name="Agree").click()
    signed_out.goto(f"{shop}/accounts/3rdparty/")

    expect(signed_out.get_by_role("main")).to_contain_text("This is the only way into your account")
