"""How often one may try. What allauth counts stands in the cache that all processes share."""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from allauth.core.internal import ratelimit
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import attempts
from bookstore.tasks import PERIODIC
from tests.processes import PROJECT, database_url

from .doors import (
    OTHER_PASSWORD,
    PASSWORD,
    RESET,
    SIGN_IN,
    SIGN_UP,
    ask_for_change,
    ask_for_reset,
    is_in,
    link_in,
    mails_to,
    member,
    reset,
    sign_in,
    sign_up,
    words_of,
)

pytestmark = pytest.mark.django_db
SAM = "sam@example.org"
TRIES_OF_ONE_PASSWORD = 5
MAILS_OF_A_KIND_AN_HOUR = 3
LONGEST = max(
    rate.duration
    for rates in django_settings.ACCOUNT_RATE_LIMITS.values()
    for rate in ratelimit.parse_rates(rates)
)
# A machine that only tests has collected no static files.
TRY_ONCE = f"""
from django.conf import settings
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
form = {{"login": {SAM!r}, "password": "wrong"}}
print(Client(headers={{"host": "localhost"}}).post({SIGN_IN!r}, form).status_code)
"""


def lock(email: str = SAM) -> None:
    for _ in range(TRIES_OF_ONE_PASSWORD):
        assert sign_in(Client(), email, "wrong").status_code == 422


def test_the_counts_are_in_the_database():
    assert "DatabaseCache" in django_settings.CACHES["default"]["BACKEND"]


@pytest.mark.parametrize("email", [SAM, "nobody@example.org"])
def test_after_five_wrong_passwords_the_page_says_when_to_try_again(email):
    member(SAM)
    lock(email)

    page = sign_in(Client(), email.upper(), PASSWORD)

    assert page.status_code == 429
    assert page["Retry-After"] == "300"
    assert "In 5 minutes at the latest you can try again" in words_of(page)
    assert "Choose a new password" in words_of(page)


def test_addresses_that_were_counted_are_forgotten_when_they_limit_nothing():
    sign_in(Client(REMOTE_ADDR="203.0.113.9"), SAM, "wrong")
    caches["lasting"].set("closed", True, timeout=None)

    attempts.forget_old(now=timezone.now())
    assert "203.0.113.9" in kept()

    attempts.forget_old(now=timezone.now() + timedelta(seconds=LONGEST + 1))
    assert "203.0.113.9" not in kept()
    assert caches["lasting"].get("closed")


def kept() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(cache_key, ' ') FROM bookstore_cache")
        return cursor.fetchone()[0]


def test_the_page_on_privacy_names_more_than_the_longest_limit_and_a_sweep():
    assert LONGEST == 3600
    assert PERIODIC["forget_attempts"] == ("*/10 * * * *", "accounts.tasks.forget_attempts")
    assert "for two hours at most" in Client().get("/privacy/").text


def test_another_host_header_gives_no_more_tries():
    member(SAM)
    form = {"login": SAM, "password": "wrong"}

    answers = [
        Client().post(SIGN_IN, form, headers={"host": f"testserver:{port}"}).status_code
        for port in range(1, TRIES_OF_ONE_PASSWORD + 2)
    ]

    assert answers == [422] * TRIES_OF_ONE_PASSWORD + [429]


def test_no_limit_that_answers_429_lasts_longer_than_the_page_says():
    # The first two answer nothing, and the last has words of its own.
    others = ("mail", "confirm_email", "download_data")
    rates = [
        rate
        for action, text in django_settings.ACCOUNT_RATE_LIMITS.items()
        if action not in others
        for rate in ratelimit.parse_rates(text)
    ]

    assert max(rate.duration for rate in rates) <= django_settings.TRY_AGAIN_AFTER


def test_a_strangers_tries_keep_the_owner_out_for_five_minutes_only(client, monkeypatch):
    member(SAM)
    lock()
    assert sign_in(client).status_code == 429

    in_five_minutes = time.time() + django_settings.TRY_AGAIN_AFTER + 1
    monkeypatch.setattr(ratelimit.time, "time", lambda: in_five_minutes)

    sign_in(client)
    assert is_in(client)


def test_a_reset_lets_the_owner_in_at_once(client):
    member(SAM)
    lock()

    ask_for_reset(client, SAM)
    reset(client, link_in(mails_to(SAM)[-1]))
    sign_in(client, password=OTHER_PASSWORD)

    assert is_in(client)


def test_the_right_password_is_not_counted(client):
    member(SAM)

    for _ in range(TRIES_OF_ONE_PASSWORD + 1):
        sign_in(client)
        client.post("/accounts/logout/")
    sign_in(client)

    assert is_in(client)


def test_the_password_asked_for_once_more_is_limited_too(client):
    member(SAM)
    sign_in(client)

    for _ in range(TRIES_OF_ONE_PASSWORD):
        page = client.post("/accounts/reauthenticate/", {"password": "wrong"})
        assert "That is not your password" in words_of(page)

    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize(
    ("address", "form", "most"),
    [
        (SIGN_IN, {"login": "x", "password": "x"}, 30),
        (SIGN_UP, {"email": "x"}, 20),
        (RESET, {"email": "somebody@example.org"}, 20),
        ("/accounts/password/reset/key/1-set-password/", {"password1": "x"}, 20),
    ],
)
def test_one_network_address_knocks_only_so_often(client, address, form, most):
    for _ in range(most):
        assert client.post(address, form).status_code in (422, 302)

    assert client.post(address, form).status_code == 429
    assert client.get(address).status_code == 200
    assert client.post(address, form, REMOTE_ADDR="10.9.8.7").status_code in (422, 302)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/accounts/password/change/", {"oldpassword": "wrong"}),
        ("/accounts/email/", {"action_add": "", "email": "x"}),
    ],
)
def test_one_person_changes_only_so_often(client, address, form):
    member(SAM)
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    for _ in range(10):
        assert client.post(address, form).status_code == 422

    assert client.post(address, form).status_code == 429


@pytest.mark.parametrize("is_known", [True, False])
def test_one_mailbox_gets_a_few_mails_of_each_kind_an_hour(is_known, monkeypatch):
    if is_known:
        member(SAM)
    start = time.time()
    for minute in range(10):
        monkeypatch.setattr(ratelimit.time, "time", lambda minute=minute: start + 70 * minute)
        answer = ask_for_reset(Client(), SAM)
        assert answer.redirect_chain[-1][0] == "/accounts/password/reset/done/"
        sign_up(Client(), SAM)
        sign_in(Client())
    sign_in(other := Client(), member("other@example.org").email)
    ask_for_change(other, SAM)

    kinds = Counter(mail.subject for mail in mails_to(SAM))
    assert len(kinds) >= 2
    assert max(kinds.values()) == MAILS_OF_A_KIND_AN_HOUR

    before = len(mails_to(SAM))
    monkeypatch.setattr(ratelimit.time, "time", lambda: start + 60 * 60 + 70 * 10)
    ask_for_reset(Client(), SAM)
    assert len(mails_to(SAM)) == before + 1


def test_sign_ups_with_an_address_keep_no_link_for_a_new_password_from_its_owner(
    client, monkeypatch
):
    member(SAM)
    start = time.time()
    for minute in range(10):
        monkeypatch.setattr(ratelimit.time, "time", lambda minute=minute: start + 70 * minute)
        sign_up(Client(), SAM)

    ask_for_reset(client, SAM)
    reset(client, link_in(mails_to(SAM)[-1]))
    sign_in(client, password=OTHER_PASSWORD)

    assert is_in(client)


def test_what_the_owner_did_is_told_however_many_mails_strangers_asked_for(client):
    member(SAM)
    for _ in range(MAILS_OF_A_KIND_AN_HOUR + 1):
        ask_for_reset(Client(), SAM)

    reset(client, link_in(mails_to(SAM)[-1]))

    assert "was changed" in mails_to(SAM)[-1].subject


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_processes_count_together():
    cache.clear()
    member(SAM)
    for _ in range(TRIES_OF_ONE_PASSWORD - 1):
        assert sign_in(Client(), password="wrong").status_code == 422

    answers = [try_in_another_process() for _ in range(2)]

    assert answers == ["422", "429"]
    assert sign_in(Client()).status_code == 429
    cache.clear()


def try_in_another_process() -> str:
    """The status of one try with a wrong password."""
    connection.close()
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", TRY_ONCE],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]
