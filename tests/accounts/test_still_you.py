"""What asks again who it is: all that a thief of a session would do first, whatever lets one in."""

import time

import pytest
from allauth.account import app_settings
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from accounts.still_you import ASKED_BEFORE

from .conftest import PASSWORD, came_by_another_site, link, linked, member, signed_in
from .conftest import without_password as take_password
from .second_factors import give_app

# Pages of an account that change something and do not ask, and why they need not.
NEED_NOT = {
    "account_change_password": "asks for the old password itself",
    "account_logout": "a thief gains nothing",
    "account_reauthenticate": "asks",
    "mfa_reauthenticate": "asks",
    "mfa_reauthenticate_webauthn": "asks",
    "mfa_index": "only shows what there is",
    "mfa_list_webauthn": "only shows what there is",
    "accounts:totp_qr": "nothing to see but after the page that asks",
    "accounts:overview": "only shows what there is",
    "accounts:confirm_email": "only links from a mail, and for its own account",
    "accounts:no_other_address": "is closed",
    "accounts:no_tokens": "is closed",
    "accounts:google_callback": "links nothing without (accounts/social.py)",
    "accounts:github_callback": "links nothing without (accounts/social.py)",
    "accounts:second_step": "for those who are not in yet",
    "accounts:passkey_sign_in": "for those who are not in yet",
    "accounts:passkey_confirm": "asks",
    "accounts:sign_in_again": "asks",
    "accounts:account_deleted": "for those who are gone",
    "accounts:name_change": "opens nothing",
    "accounts:address_list": "opens nothing",
    "accounts:address_add": "opens nothing",
    "accounts:address_edit": "opens nothing",
    "accounts:address_delete": "opens nothing",
    "accounts:address_default": "opens nothing",
    "accounts:session_list": "whoever fears for their account must be fast here",
    "accounts:session_end": "whoever fears for their account must be fast here",
    "accounts:session_end_others": "whoever fears for their account must be fast here",
    "accounts:session_end_all": "whoever fears for their account must be fast here",
}
# Of those who are not signed in.
DOORS = ("account_login", "account_signup", "account_inactive", "account_reset", "account_confirm")
DOORS += ("account_email_verification", "google_", "github_", "socialaccount_", "mfa_authenticate")
DOORS += ("mfa_login", "usersessions_list", "mfa_remove_webauthn")
LONG_AGO = app_settings.REAUTHENTICATION_TIMEOUT + 1
KEY = {"mfa_edit_webauthn": 1, "accounts:passkey_remove": 1}

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return member("sam@example.org")


@pytest.fixture
def thief(sam) -> Client:
    """Whoever has the session and nothing else."""
    client = Client()
    client.force_login(sam)
    return client


def names_of_pages() -> set[str]:
    (ours,) = (part for part in get_resolver().url_patterns if _is_at(part, "accounts.urls"))
    (theirs,) = (part for part in get_resolver().url_patterns if _is_at(part, "allauth.urls"))
    # One without a name would hide the page of allauth's behind it from those who ask.
    own = {f"accounts:{page.name}" for page in ours.url_patterns}
    return own | {name for name in theirs.reverse_dict if isinstance(name, str)}


def _is_at(part, module: str) -> bool:
    return getattr(getattr(part, "urlconf_module", None), "__name__", "") == module


def address_of(name: str) -> str:
    return reverse(name, kwargs={"pk": KEY[name]} if name in KEY else None)


def test_every_page_of_an_account_asks_or_need_not():
    others = {name for name in names_of_pages() if not name.startswith(DOORS)}

    assert others - ASKED_BEFORE == NEED_NOT.keys()


@pytest.mark.parametrize("name", sorted(ASKED_BEFORE))
def test_it_asks(thief, name):
    for answer in (thief.get(address_of(name)), thief.post(address_of(name))):
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize("name", sorted(ASKED_BEFORE))
def test_it_asks_those_too_whom_another_site_lets_in(sam, thief, github, name):
    linked(take_password(sam), "github")
    thief.force_login(sam)
    came_by_another_site(thief, sam, at=time.time() - LONG_AGO)

    for answer in (thief.get(address_of(name)), thief.post(address_of(name))):
        assert answer["Location"].startswith("/accounts/sign-in-again/?next=")


def test_they_sign_in_once_more_and_come_to_where_they_wanted(sam, thief, github):
    linked(take_password(sam), "github", uid="1001")
    thief.force_login(sam)
    came_by_another_site(thief, sam, at=time.time() - LONG_AGO)

    page = thief.get("/accounts/data/", follow=True)

    assert "Continue with GitHub" in page.text
    assert "Or by an account" not in page.text
    back = github.agree(
        thief.post("/accounts/github/login/", {"process": "login", "next": "/accounts/data/"})[
            "Location"
        ]
    )
    page = thief.get(back, follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/data/"
    assert "/accounts/data/download/" in page.text


def test_a_password_is_set_only_after_the_second_factor(sam, thief):
    give_app(take_password(sam))
    thief.force_login(sam)

    answer = thief.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD})

    assert (
        answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Faccounts%2Fpassword%2Fset%2F"
    )
    sam.refresh_from_db()
    assert not sam.has_usable_password()


def test_what_a_thief_asked_for_is_not_done_when_the_owner_proves_something_else(
    sam, thief, github
):
    link(thief, github)
    thief.post("/accounts/delete/", {"is_sure": "on"})
    owner = Client()
    owner.cookies = thief.cookies

    for page in ("/accounts/delete/", "/accounts/3rdparty/"):
        owner.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": page})

    assert User.objects.get() == sam
    assert not SocialAccount.objects.exists()


def test_what_was_proved_lasts_for_minutes(sam, monkeypatch):
    client = signed_in(sam)
    assert client.get("/accounts/data/").status_code == 200

    later = time.time() + LONG_AGO
    monkeypatch.setattr("accounts.still_you.time.time", lambda: later)

    assert client.get("/accounts/data/").status_code == 302


def test_an_address_with_a_question_is_come_back_to_as_it_was(thief):
    answer = thief.get("/accounts/data/?a=1")

    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fdata%2F%3Fa%3D1"
