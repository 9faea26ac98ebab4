"""Passkeys of a virtual authenticator: made, used alone, used as a second step, and failing."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.factories import UserFactory

from . import steps

pytestmark = [pytest.mark.browser, pytest.mark.comfort]
PASSWORD = "tulips-under-snow-41"


class Device:
    """Something that keeps passkeys and unlocks them for whoever asks."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator = {"authenticatorId": added["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        return self.session.send("WebAuthn.getCredentials", self.authenticator)["credentials"]


@pytest.fixture
def sam(transactional_db: None, settings, live_server) -> User:
    settings.SITE_URL = live_server.url
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    cache.clear()
    user = UserFactory(email="sam@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


@pytest.fixture
def device(page: Page) -> Device:
    return Device(page)


def give_password(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Email").fill("sam@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page, *, alone: bool) -> None:
    """From the page of the second step, where nothing is set up yet, to the passkey's codes."""
    page.get_by_role("link", name="Add a passkey").click()
    expect(steps.heading(page)).to_have_text("Is it still you?")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Name")).to_have_value("Passkey")
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add a passkey").click()
    expect(steps.heading(page)).to_have_text("Recovery codes")


def sign_out(page: Page, shop: str) -> None:
    page.goto(f"{shop}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    mine = page.get_by_role("navigation", name="Your account and basket")
    expect(mine.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_passkey_is_made_and_then_is_enough_to_sign_in(page, device, sam, shop):
    give_password(page, f"{shop}/accounts/login/?next=/accounts/2fa/")
    add_passkey(page, alone=True)
    (credential,) = device.credentials()
    assert credential["rpId"] == "localhost"
    sign_out(page, shop)

    page.goto(f"{shop}/accounts/login/?next=/accounts/2fa/webauthn/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(steps.heading(page)).to_have_text("Passkeys")
    expect(steps.card(page, "Passkey")).to_contain_text("Last used on")
    assert page.url == f"{shop}/accounts/2fa/webauthn/"


def test_a_passkey_is_the_second_step_after_the_password(page, device, sam, shop):
    give_password(page, f"{shop}/accounts/login/?next=/accounts/2fa/")
    add_passkey(page, alone=False)
    sign_out(page, shop)

    give_password(page, f"{shop}/accounts/login/?next=/accounts/2fa/webauthn/")
    expect(steps.heading(page)).to_have_text("Second step")
    page.get_by_role("button", name="Use a passkey").click()

    expect(steps.heading(page)).to_have_text("Passkeys")
    expect(steps.card(page, "Passkey")).to_contain_text("Last used on")


def test_a_passkey_is_asked_before_a_change(page, device, sam, shop):
    give_password(page, f"{shop}/accounts/login/?next=/accounts/2fa/")
    add_passkey(page, alone=True)
    before = Authenticator.objects.get(type="webauthn").last_used_at

    page.goto(f"{shop}/accounts/2fa/webauthn/reauthenticate/?next=/accounts/2fa/")
    page.get_by_role("button", name="Use a passkey").click()

    expect(steps.heading(page)).to_have_text("Second step")
    assert Authenticator.objects.get(type="webauthn").last_used_at != before


def test_staff_who_sign_in_by_passkey_come_into_the_admin(page, device, sam, shop, settings):
    settings.STAFF_SECOND_FACTOR = True
    User.objects.update(is_staff=True, is_superuser=True)
    give_password(page, f"{shop}/accounts/login/?next=/admin/")
    expect(page.get_by_role("status")).to_contain_text("The admin asks for a second step.")
    add_passkey(page, alone=True)
    sign_out(page, shop)

    page.goto(f"{shop}/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(steps.heading(page)).to_have_text("The shop")


def test_a_device_without_a_passkey_is_told_in_words(page, device, sam, shop):
    page.goto(f"{shop}/accounts/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    assert page.url == f"{shop}/accounts/login/"


def test_one_passkey_for_a_device_is_enough(page, device, sam, shop):
    give_password(page, f"{shop}/accounts/login/?next=/accounts/2fa/")
    add_passkey(page, alone=True)

    page.goto(f"{shop}/accounts/2fa/webauthn/add/")
    expect(page.get_by_label("Name")).to_have_value("Passkey 2")
    page.get_by_role("button", name="Add a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("on this device already")
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_a_passkey_that_the_shop_does_not_know_is_refused_in_words(page, device, sam, shop):
    give_password(page, f"{shop}/accounts/login/?next=/accounts/2fa/")
    add_passkey(page, alone=True)
    sign_out(page, shop)
    Authenticator.objects.all().delete()

    page.goto(f"{shop}/accounts/login/?next=/accounts/2fa/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("status")).to_contain_text("That did not work with this passkey.")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=%2Faccounts%2F2fa%2F$"))


def test_a_browser_that_knows_no_passkeys_says_so(page, sam, shop):
    page.add_init_script(
        "delete window.PublicKeyCredential;"
        "Object.defineProperty(navigator, 'credentials', {value: undefined})"
    )
    page.goto(f"{shop}/accounts/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("This browser knows no passkeys")


def test_under_another_name_of_the_shop_passkeys_say_where_they_work(page, sam, shop, settings):
    settings.SITE_URL = "https://shop.example"
    page.goto(f"{shop}/accounts/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("only at the shop’s main address")


def test_without_javascript_there_is_no_button_that_does_nothing(open_page, sam, shop):
    page = open_page(java_script_enabled=False)
    page.goto(f"{shop}/accounts/login/")

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
