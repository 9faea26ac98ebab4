import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import IntegrityError

from accounts.models import OutboxMessage, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "tulips-under-snow-41"


def sign_up(client, email: str = "new@example.org"):
    form = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", form, follow=True)


def link_in(message: OutboxMessage) -> str:
    return re.search(r"https?://[^/]+(/accounts/\S+)", message.body)[1]


def test_signing_up_needs_the_mails_link_before_one_is_signed_in(client):
    page = sign_up(client)

    assert page.redirect_chain[-1][0] == "/accounts/confirm-email/"
    assert client.get("/accounts/email/").status_code == 302
    (message,) = OutboxMessage.objects.all()
    assert (message.to, message.has_one_time_link) == ("new@example.org", True)

    client.post(link_in(message))

    assert EmailAddress.objects.get(email="new@example.org").verified


def test_a_verified_shopper_signs_in_and_out(client):
    user = UserFactory(email="sam@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    page = client.post(
        "/accounts/login/", {"login": "SAM@example.org", "password": PASSWORD}, follow=True
    )
    assert page.redirect_chain[-1][0] == "/orders/"

    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_is_told_in_the_page(client):
    UserFactory(email="sam@example.org", password=PASSWORD)

    page = client.post("/accounts/login/", {"login": "sam@example.org", "password": "wrong"})

    assert "not correct" in page.content.decode()


def test_one_mailbox_is_one_account_whatever_the_capitals(client):
    sign_up(client, "Fam@Example.org")
    sign_up(client, "fam@example.org")

    assert list(User.objects.values_list("email", flat=True)) == ["fam@example.org"]


def test_the_database_refuses_capitals_in_an_address():
    user = UserFactory()

    with pytest.raises(IntegrityError, match="accounts_user_email_lower_case"):
        User.objects.filter(pk=user.pk).update(email="Sam@Example.org")


def test_signing_up_with_a_known_address_does_not_tell_so(client):
    user = UserFactory(email="sam@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    known = sign_up(client, "sam@example.org")

    assert known.redirect_chain[-1][0] == "/accounts/confirm-email/"
    assert User.objects.count() == 1


def test_a_password_of_ninety_thousand_letters_is_refused(client):
    huge = "x1-" * 30_000

    page = client.post(
        "/accounts/signup/",
        {"email": "new@example.org", "password1": huge, "password2": huge},
    )

    assert page.status_code == 200
    assert not User.objects.exists()


def test_the_session_key_changes_at_sign_in(client):
    user = UserFactory(email="sam@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    session = client.session
    session["cart"] = ""
    session.save()
    before = session.session_key

    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_passwords_are_kept_by_argon2():
    from django.contrib.auth.hashers import identify_hasher, make_password
    from django.test import override_settings

    from bookstore import settings

    with override_settings(PASSWORD_HASHERS=settings.PASSWORD_HASHERS):
        assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"
