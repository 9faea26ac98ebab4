import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from bookstore import settings as real_settings

from .doors import (
    OTHER_PASSWORD,
    PASSWORD,
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


@pytest.fixture
def real_hashers(settings):
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS


def test_a_verified_shopper_signs_in_and_out(client):
    member()

    page = sign_in(client, "SAM@example.org")
    assert page.redirect_chain[-1][0] == "/orders/"

    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_is_told_in_the_page(client):
    member()

    page = sign_in(client, password="wrong")

    assert "do not belong together" in words_of(page)


def test_whoever_has_not_confirmed_is_told_to_open_the_link_or_to_choose_a_new_password(client):
    sign_up(Client())

    page = sign_in(client, "new@example.org")

    assert "Or the address is not confirmed yet: then open the link in our email" in words_of(page)
    assert not is_in(client)
    cache.clear()
    ask_for_reset(client, "new@example.org")
    reset(client, link_in(mails_to("new@example.org")[-1]))
    sign_in(client, "new@example.org", OTHER_PASSWORD)
    assert is_in(client)


def test_an_address_that_waits_to_be_confirmed_signs_nobody_in(client):
    member()
    sign_in(client)
    ask_for_change(client, "new@example.org")

    page = sign_in(Client(), "new@example.org")

    assert "do not belong together" in words_of(page)


def test_the_session_key_changes_at_sign_in(client):
    member()
    session = client.session
    session["cart"] = ""
    session.save()
    before = session.session_key

    sign_in(client)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_one_stays_signed_in_only_if_one_says_so(client):
    member()

    sign_in(client)
    assert client.session.get_expire_at_browser_close()

    stays = Client()
    sign_in(stays, remember="on")
    assert not stays.session.get_expire_at_browser_close()
    assert stays.session.get_expiry_age() == real_settings.SESSION_COOKIE_AGE


def test_passwords_are_kept_by_argon2(real_hashers):
    assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"


@pytest.mark.parametrize("algorithm", ["pbkdf2_sha256", "scrypt"])
def test_an_older_hash_is_made_anew_at_sign_in(real_hashers, client, algorithm):
    user = member()
    User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD, hasher=algorithm))

    sign_in(client)

    assert is_in(client)
    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "argon2"


def test_the_form_helps_password_managers_and_shared_computers(client):
    page = words_of(client.get("/accounts/login/"))

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "Stay signed in on this device" in page
    assert "Not on a computer that others use too." in page


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_deleted_at_this_moment_is_told_of_in_words(client, monkeypatch):
    member()
    sign_in_at_last = DefaultAccountAdapter.login

    def deleted_first(self, request, user) -> None:
        User.objects.filter(pk=user.pk).delete()
        sign_in_at_last(self, request, user)

    monkeypatch.setattr(DefaultAccountAdapter, "login", deleted_first)
    page = client.post("/accounts/login/", {"login": "sam@example.org", "password": PASSWORD})

    assert page["Location"] == "/accounts/login/"
    assert "This account has just been deleted." in client.get("/accounts/login/").text
    assert "_auth_user_id" not in client.session


def test_who_made_themself_a_superuser_at_the_machine_signs_in(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", email="Ada@example.org")

    sign_in(client, "ada@example.org")

    assert is_in(client)
