"""Setting up a second step and taking it away, through the pages and without JavaScript."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import OutboxMessage, User

from .doors import is_in
from .second_factors import (
    code_of,
    confirm,
    give_app,
    reader,
    recovery_codes,
    second_step,
    secret_on,
    sign_in,
)

# allauth writes its messages and mails once the transaction is over.
pytestmark = pytest.mark.django_db(transaction=True)

SET_UP = "/accounts/2fa/totp/activate/"
QR = "/accounts/2fa/totp/qr.svg"
BEHIND_A_PASSWORD = [
    SET_UP,
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/download/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/add/",
]


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    """Tests that empty the tables leave the counts of attempts."""
    yield
    cache.clear()


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def member(client, user) -> Client:
    """Signed in, and asked for the password again a moment ago."""
    sign_in(client, user)
    confirm(client)
    return client


def subjects() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("subject", flat=True))


def test_an_app_is_set_up_by_its_first_code(member, user):
    secret = secret_on(member.get(SET_UP))

    page = member.post(SET_UP, {"code": code_of(secret)}, follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    assert "The authenticator app is in use" in page.text
    assert all(code in page.text for code in recovery_codes(user))
    assert subjects() == ["An authenticator app was set up"]


def test_a_wrong_first_code_sets_up_nothing(member, user):
    secret = secret_on(member.get(SET_UP))

    page = member.post(SET_UP, {"code": "000000"})

    assert "This code is not right" in page.text
    assert secret_on(page) == secret
    assert not Authenticator.objects.exists()


def test_the_first_code_is_none_to_sign_in_with(member, user):
    secret = secret_on(member.get(SET_UP))
    code = code_of(secret)
    member.post(SET_UP, {"code": code})
    sign_in(thief := Client(), user)

    second_step(thief, code)

    assert not is_in(thief)


def test_pressing_twice_sets_up_one_app(member, user):
    code = code_of(secret_on(member.get(SET_UP)))
    other = Client()
    other.cookies = member.cookies

    def press(each: Client) -> int:
        try:
            return each.post(SET_UP, {"code": code}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, [member, other]))

    assert 302 in answers
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1


def test_the_picture_goes_when_the_password_was_too_long_ago(member, monkeypatch):
    member.get(SET_UP)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 301)

    assert member.get(QR).status_code == 404


def test_the_page_shows_the_secret_and_keeps_it_nowhere(member):
    page = member.get(SET_UP)

    assert f'<img class="qr" src="{QR}"' in page.text
    assert "otpauth://totp/reader" in page.text
    assert "data:" not in page.text
    assert "no-store" in page["Cache-Control"]


def test_the_picture_is_the_secrets(member):
    member.get(SET_UP)

    picture = member.get(QR)

    assert picture["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture["Cache-Control"]
    assert '<rect fill="white"' in picture.text
    assert member.get(QR).text == picture.text
    member.get(SET_UP)
    assert member.get(QR).text != picture.text


def test_nobody_else_gets_a_picture(client, user):
    assert client.get(QR).status_code == 404
    sign_in(client, user)
    assert client.get(QR).status_code == 404
    confirm(client)
    assert client.get(QR).status_code == 404


def test_once_set_up_there_is_no_picture_any_more(member):
    secret = secret_on(member.get(SET_UP))
    member.post(SET_UP, {"code": code_of(secret)})

    assert member.get(QR).status_code == 404
    assert member.get(SET_UP).url == "/accounts/2fa/totp/deactivate/"


@pytest.mark.parametrize("address", BEHIND_A_PASSWORD)
def test_a_session_alone_changes_and_shows_nothing(client, user, address):
    client.force_login(user)
    give_app(user)

    for answer in (client.get(address), client.post(address)):
        if answer.status_code != 405:
            assert answer.url.startswith(
                ("/accounts/reauthenticate/", "/accounts/2fa/totp/deactivate/")
            )
    assert Authenticator.objects.count() == 2


def test_a_code_stands_for_the_password_before_a_change(client, user):
    client.force_login(user)
    secret = give_app(user)

    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})

    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200


def test_without_the_app_the_password_is_enough_again(member, user):
    give_app(user)

    page = member.post("/accounts/2fa/totp/deactivate/", follow=True)

    assert "The authenticator app is not asked for any more" in page.text
    assert not Authenticator.objects.exists()
    assert subjects() == ["Your authenticator app is not asked for any more"]
    sign_in(other := Client(), user)
    assert is_in(other)


def test_new_recovery_codes_end_the_old_ones(member, user):
    give_app(user)
    old = recovery_codes(user)

    page = member.post("/accounts/2fa/recovery-codes/generate/", follow=True)

    new = recovery_codes(user)
    assert not set(new) & set(old)
    assert all(code in page.text for code in new)
    assert subjects() == ["You have new recovery codes"]
    sign_in(other := Client(), user)
    second_step(other, old[0])
    assert not is_in(other)


def test_there_are_no_recovery_codes_without_a_factor(member, user):
    page = member.post("/accounts/2fa/recovery-codes/generate/")

    assert page.status_code == 422
    assert not Authenticator.objects.exists()


def test_recovery_codes_can_be_kept_as_a_file(member, user):
    give_app(user)

    answer = member.get("/accounts/2fa/recovery-codes/download/")

    assert answer["Content-Type"].startswith("text/plain")
    assert recovery_codes(user)[9] in answer.text
    assert "Octavo" in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_the_page_of_the_second_step_says_what_there_is(member, user):
    assert "Set up an app" in (page := member.get("/accounts/2fa/").text)
    assert "Recovery codes" not in page

    give_app(user)

    page = member.get("/accounts/2fa/").text
    assert "You have 10 recovery codes." in page
    assert "Stop using the app" in page


def test_the_pages_hold_neither_scripts_nor_pictures_of_their_own(member, user):
    give_app(user)
    for address in ("", "totp/deactivate/", "recovery-codes/", "webauthn/", "webauthn/add/"):
        page = member.get(f"/accounts/2fa/{address}")
        assert page.status_code == 200
        assert "data:image" not in page.text
