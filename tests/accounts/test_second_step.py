"""Signing in with an authenticator app or a recovery code."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.internal.flows import login as login_flow
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client

from accounts.models import OutboxMessage, User

from .doors import is_in
from .second_factors import code_of, give_app, reader, recovery_codes, second_step, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def secret(user) -> str:
    return give_app(user)


def test_the_password_alone_is_not_enough(client, user, secret):
    answer = sign_in(client, user)

    assert answer.url == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_the_code_of_the_app_is_the_second_step(client, user, secret):
    sign_in(client, user, next="/accounts/email/")
    before = client.session.session_key

    answer = second_step(client, code_of(secret))

    assert answer.url == "/accounts/email/"
    assert is_in(client)
    assert client.session.session_key != before


def test_a_wrong_code_is_told_at_the_field(client, user, secret):
    sign_in(client, user)

    page = second_step(client, "000000")

    assert "This code is not right" in page.text
    assert not is_in(client)


@pytest.mark.parametrize("periods", [-1, 1])
def test_a_clock_may_be_half_a_minute_off(client, user, secret, periods):
    sign_in(client, user)

    second_step(client, code_of(secret, periods))

    assert is_in(client)


@pytest.mark.parametrize("periods", [-3, 3])
def test_a_code_of_another_time_is_refused(client, user, secret, periods):
    sign_in(client, user)

    second_step(client, code_of(secret, periods))

    assert not is_in(client)


@pytest.mark.parametrize("later", [0, 31, 59])
def test_a_code_lets_in_once_for_as_long_as_clocks_may_show_it(user, secret, later, monkeypatch):
    now = time.time()
    code = code_of(secret, 1)
    first, thief = Client(), Client()
    sign_in(first, user)
    sign_in(thief, user)
    second_step(first, code)

    monkeypatch.setattr("time.time", lambda: now + later)
    if later:  # allauth has forgotten it by then
        assert cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")
    page = second_step(thief, f" {code[:3]} {code[3:]} ")

    assert is_in(first)
    assert "was used before" in page.text
    assert not is_in(thief)


def test_wrong_codes_are_limited_per_account(user, secret):
    for _try in range(5):
        thief = Client()
        sign_in(thief, user)
        second_step(thief, "000000")
    sign_in(thief := Client(), user)

    page = second_step(thief, code_of(secret))

    assert "Too many failed login attempts" in page.text
    assert not is_in(thief)


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(user, secret):
    code = recovery_codes(user)[3]
    first, again = Client(), Client()
    sign_in(first, user)
    sign_in(again, user)

    page = second_step(first, code, follow=True)
    second_step(again, code)

    assert "You have 9 more." in page.text
    assert is_in(first)
    assert not is_in(again)
    mail = OutboxMessage.objects.get(subject="A recovery code was used")
    assert "You have 9 more." in mail.body


def test_the_last_recovery_code_says_so(client, user, secret):
    kept = Authenticator.objects.get(user=user, type="recovery_codes")
    *others, last = recovery_codes(user)
    for code in others:
        kept.wrap().validate_code(code)
    sign_in(client, user)

    page = second_step(client, last, follow=True)

    assert "That was your last recovery code" in page.text


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_use_one_recovery_code(user, secret):
    code = recovery_codes(user)[0]
    clients = [Client(), Client(), Client()]
    for each in clients:
        sign_in(each, user)

    def use(each: Client) -> bool:
        try:
            second_step(each, code)
            return is_in(each)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(use, clients)) == 1
    # The tables are emptied after this test, the counts of attempts are not.
    cache.clear()


def test_a_closed_account_is_not_let_in_between_the_steps(client, user, secret):
    sign_in(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    answer = second_step(client, code_of(secret))

    assert answer.url == "/accounts/inactive/"
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert not is_in(client)


def test_what_ends_sessions_ends_a_sign_in_that_waits(client, user, secret):
    sign_in(client, user)
    User.objects.filter(pk=user.pk).update(sessions_epoch=F("sessions_epoch") + 1)

    page = second_step(client, code_of(secret), follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert "Please sign in again" in page.text
    assert not is_in(client)


def test_a_sign_in_that_waited_too_long_begins_again(client, user, secret, monkeypatch):
    sign_in(client, user)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 16 * 60)

    page = second_step(client, code_of(secret), follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert "waited too long" in page.text
    assert not is_in(client)


def test_one_can_stop_between_the_steps(client, user, secret):
    sign_in(client, user)

    client.post("/accounts/logout/", {"next": "/accounts/login/"})

    assert client.get("/accounts/2fa/authenticate/").url == "/accounts/login/"
    assert login_flow.AUTHENTICATION_METHODS_SESSION_KEY not in client.session


def test_without_a_passkey_the_page_offers_none(client, user, secret):
    sign_in(client, user)

    assert "With a passkey" not in client.get("/accounts/2fa/authenticate/").text
