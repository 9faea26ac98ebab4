from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import tokens
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts import confirming
from accounts.models import OutboxMessage, User
from tests.factories import UserFactory

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
    words_of,
)

pytestmark = pytest.mark.django_db
SAM = "sam@example.org"


@pytest.fixture
def sam() -> User:
    return member(SAM)


def link_for(client: Client, email: str = SAM) -> str:
    ask_for_reset(client, email)
    return link_in(mails_to(email)[-1])


def change(client: Client, old: str, new: str):
    form = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/accounts/password/change/", form, follow=True)


def test_a_reset_ends_every_session_and_signs_nobody_in(sam, client):
    elsewhere = Client()
    sign_in(elsewhere)

    page = reset(client, link_for(client))

    assert "Your password is changed" in words_of(page)
    assert not is_in(elsewhere)
    assert not is_in(client)
    sign_in(client, password=OTHER_PASSWORD)
    assert is_in(client)


def test_a_reset_is_told_by_mail_and_the_link_says_how_long_it_holds(sam, client):
    reset(client, link_for(client))

    asked, told = mails_to(SAM)
    assert "It works once, for 24 hours" in asked.body
    assert "was changed, with a link from our email" in told.body


def test_a_link_works_once(sam, client):
    link = link_for(client)
    reset(client, link)

    page = Client().get(link, follow=True)

    assert "This link no longer works" in words_of(page)


def test_a_link_ends_with_a_change_of_the_password(sam, client):
    link = link_for(Client())
    sign_in(client)
    change(client, PASSWORD, OTHER_PASSWORD)

    assert "This link no longer works" in words_of(Client().get(link, follow=True))


def test_a_link_ends_with_a_change_of_the_address(sam, client):
    sign_in(client)
    ask_for_change(client, "new@example.org")
    link = link_for(Client())
    client.get(link_in(mails_to("new@example.org")[0]))

    assert "This link no longer works" in words_of(Client().get(link, follow=True))


def test_a_link_ends_after_a_day(sam, client, monkeypatch):
    link = link_for(client)
    late = timezone.make_naive(timezone.now()) + timedelta(days=1, minutes=1)
    monkeypatch.setattr(tokens.PasswordResetTokenGenerator, "_now", lambda generator: late)

    assert "This link no longer works" in words_of(Client().get(link, follow=True))


def test_the_key_does_not_stay_in_the_address(sam, client):
    link = link_for(client)

    page = client.get(link, follow=True)

    address = page.redirect_chain[-1][0]
    assert address.endswith("-set-password/")
    key = link.rstrip("/").rpartition("-")[2]
    assert key not in address + words_of(page)


def test_a_reset_does_not_skip_the_second_factor(sam, client):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(sam, generate_totp_secret())
    reset(client, link_for(client))

    page = sign_in(client, password=OTHER_PASSWORD)

    assert page.redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_a_reset_proves_the_address(client):
    user = UserFactory(email=SAM)
    reset(client, link_for(client))

    assert EmailAddress.objects.get(user=user).verified
    sign_in(client, password=OTHER_PASSWORD)
    assert is_in(client)


def test_a_reset_at_an_address_that_was_changed_for_its_owner_leaves_this_one(sam, client):
    User.objects.update(email="new@example.org")

    reset(client, link_for(client, "new@example.org"))

    assert all_addresses() == [("new@example.org", True, True)]
    sign_in(client, "new@example.org", OTHER_PASSWORD)
    assert is_in(client)


def test_a_reset_takes_the_address_out_of_the_list_of_somebody_else(sam, client):
    other = member("other@example.org")
    EmailAddress.objects.filter(user=sam).delete()
    EmailAddress.objects.create(user=other, email=SAM, verified=True)

    reset(client, link_for(client))

    assert all_addresses() == [("other@example.org", True, True), (SAM, True, True)]
    sign_in(client, password=OTHER_PASSWORD)
    assert is_in(client)


def test_a_reset_that_fails_leaves_the_password_as_it_was(sam, client, monkeypatch):
    def fail(user):
        raise DatabaseError

    monkeypatch.setattr(confirming, "confirm_address", fail)

    with pytest.raises(DatabaseError):
        reset(client, link_for(client))

    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)


def all_addresses() -> list[tuple[str, bool, bool]]:
    return sorted(EmailAddress.objects.values_list("email", "verified", "primary"))


def test_a_change_ends_the_other_sessions_and_is_told(sam, client):
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)

    page = change(client, PASSWORD, OTHER_PASSWORD)

    assert "Every other device is signed out" in words_of(page)
    assert is_in(client)
    assert not is_in(elsewhere)
    assert "The password of your account was changed" in mails_to(SAM)[-1].body


def test_a_change_needs_the_old_password(sam, client):
    sign_in(client)

    page = change(client, "wrong", OTHER_PASSWORD)

    assert "That is not your current password" in words_of(page)
    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)


def test_an_address_that_waits_to_be_confirmed_resets_nothing(sam, client):
    sign_in(client)
    ask_for_change(client, "stranger@example.org")

    ask_for_reset(Client(), "stranger@example.org")

    assert "We know no account" in mails_to("stranger@example.org")[-1].subject


def test_somebody_without_a_password_may_choose_one(client):
    user = member(SAM)
    user.set_unusable_password()
    user.save()

    reset(client, link_for(client))
    sign_in(client, password=OTHER_PASSWORD)

    assert is_in(client)


def test_a_closed_account_gets_no_link_but_words(client):
    member(SAM, is_active=False)

    ask_for_reset(client, SAM)

    (message,) = OutboxMessage.objects.all()
    assert message.subject == "Your account is closed"
    assert "/accounts/" not in message.body


def test_a_link_from_before_the_account_was_closed_lets_nobody_in(sam, client):
    link = link_for(client)
    User.objects.update(is_active=False)

    reset(client, link)
    sign_in(client, password=OTHER_PASSWORD)

    assert not is_in(client)


def test_links_lead_to_our_own_site_whatever_host_was_asked(sam, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://octavo.example"

    client.post("/accounts/password/reset/", {"email": SAM}, headers={"host": "evil.example"})

    body = mails_to(SAM)[0].body
    assert "https://octavo.example/accounts/password/reset/key/" in body
    assert "evil" not in body
