"""Google and GitHub as they are for a test, and what a visitor does with them."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from tests.fake_sign_in import FakeGitHub, FakeGoogle, FakeSite, stand_in

from .doors import PASSWORD, member


@pytest.fixture(autouse=True)
def _no_keys(settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}


@pytest.fixture
def google(settings, monkeypatch) -> Iterator[FakeSite]:
    with FakeGoogle() as site:
        stand_in(site, settings, monkeypatch)
        yield site


@pytest.fixture
def github(settings, monkeypatch) -> Iterator[FakeSite]:
    with FakeGitHub() as site:
        stand_in(site, settings, monkeypatch)
        yield site


@pytest.fixture(params=["google", "github"])
def site(request) -> FakeSite:
    """Each of them in turn."""
    return request.getfixturevalue(request.param)


def leave_for(client: Client, site: FakeSite, **asked: str) -> str:
    """Press the button; the address at the other site to which that leads."""
    return client.post(f"/accounts/{site.id}/login/", asked)["Location"]


def come_back(client: Client, address: str, *, follow: bool = True):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", follow=follow)


def sign_in(client: Client, site: FakeSite, **asked: str):
    """All the way: the button, the other site's consent page, and back."""
    return come_back(client, site.agree(leave_for(client, site, **asked)))


def link(client: Client, site: FakeSite):
    return sign_in(client, site, process="connect")


def nadia(**facts) -> User:
    """Who has an account here with the address that the other site knows."""
    return member("nadia@example.org", **facts)


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return user


def linked(user: User, provider: str, uid: str = "1001") -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider=provider, uid=uid)


def signed_in(user: User) -> Client:
    """In a browser that has just asked for whatever stands for the password."""
    client = Client()
    client.force_login(user)
    if user.has_usable_password():
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    else:
        came_by_another_site(client, user, at=time.time())
    return client


def came_by_another_site(client: Client, user: User, *, at: float) -> None:
    """As if the session of whoever is signed in had begun that way, at that second."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "socialaccount", "at": at}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session.save()


def who_is_in(client: Client) -> str:
    """The id of whoever is signed in, or nothing."""
    return client.session.get("_auth_user_id", "")
