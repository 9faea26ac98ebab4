import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError
from django.test import Client

from accounts.models import OutboxMessage, User
from tests.factories import BookFactory, UserFactory

from .doors import (
    OTHER_PASSWORD,
    PASSWORD,
    ask_for_change,
    ask_for_reset,
    is_in,
    link_in,
    mails_to,
    reset,
    sign_in,
    sign_up,
    words_of,
)

pytestmark = pytest.mark.django_db


def test_signing_up_needs_the_mails_link_before_one_is_signed_in(client):
    page = sign_up(client)

    assert page.redirect_chain[-1][0] == "/accounts/confirm-email/"
    assert not is_in(client)
    (message,) = OutboxMessage.objects.all()
    assert (message.to, message.has_one_time_link) == ("new@example.org", True)
    assert not EmailAddress.objects.get().verified


def test_in_the_same_browser_the_link_signs_one_in_and_leads_on(client):
    sign_up(client, next="/books/?q=emma")

    page = client.get(link_in(mails_to("new@example.org")[0]), follow=True)

    assert page.redirect_chain[-1][0] == "/books/?q=emma"
    assert "new@example.org is confirmed" in words_of(page)
    assert is_in(client)


def test_the_basket_survives_signing_up_in_the_middle_of_shopping(client):
    book = BookFactory(title="Emma", stock=3)
    client.post(f"/basket/add/{book.ean}/")
    sign_up(client, next="/basket/")

    page = client.get(link_in(mails_to("new@example.org")[0]), follow=True)

    assert page.redirect_chain[-1][0] == "/basket/"
    assert "Emma" in words_of(page)


def test_in_another_browser_the_link_asks_to_sign_in_and_then_confirms(client):
    sign_up(client)
    elsewhere = Client()

    page = elsewhere.get(link_in(mails_to("new@example.org")[0]), follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert "Please sign in once, and new@example.org is confirmed" in words_of(page)
    assert not EmailAddress.objects.get().verified

    page = sign_in(elsewhere, "new@example.org")

    assert is_in(elsewhere)
    assert page.redirect_chain[-1][0] == "/orders/"
    assert EmailAddress.objects.get().verified
    assert not is_in(client)


def test_the_owner_of_a_mailbox_cannot_be_made_to_open_a_strangers_account():
    stranger, owner = Client(), Client()
    sign_up(stranger, "owner@example.org", OTHER_PASSWORD)

    owner.get(link_in(mails_to("owner@example.org")[0]), follow=True)

    assert not EmailAddress.objects.get().verified
    sign_in(stranger, "owner@example.org", OTHER_PASSWORD)
    assert not is_in(stranger)


def test_the_mail_says_what_to_do_if_it_was_not_you(client):
    sign_up(client)

    (message,) = OutboxMessage.objects.all()
    assert "If you did not open an account, please do not open the link" in message.body
    assert "It works for 3 days" in message.body
    assert "after 14 days it is deleted" in message.body


def test_a_reset_takes_the_account_from_whoever_opened_it_with_our_address():
    stranger, owner = Client(), Client()
    sign_up(stranger, "owner@example.org", OTHER_PASSWORD)
    sign_up(owner, "owner@example.org")
    assert "password" in mails_to("owner@example.org")[-1].body

    ask_for_reset(owner, "owner@example.org")
    reset(owner, link_in(mails_to("owner@example.org")[-1]), PASSWORD)
    sign_in(owner, "owner@example.org", PASSWORD)

    assert is_in(owner)
    assert EmailAddress.objects.get().verified
    for attempt in (Client(), stranger):
        sign_in(attempt, "owner@example.org", OTHER_PASSWORD)
        assert not is_in(attempt)


def test_an_account_that_was_opened_by_a_stranger_ends_with_their_link_used_up():
    stranger, owner = Client(), Client()
    sign_up(stranger, "owner@example.org", OTHER_PASSWORD)
    theirs = link_in(mails_to("owner@example.org")[0])
    ask_for_reset(owner, "owner@example.org")
    reset(owner, link_in(mails_to("owner@example.org")[-1]), PASSWORD)

    page = stranger.get(theirs, follow=True)

    assert "This link no longer works" in words_of(page)
    assert not is_in(stranger)


def test_what_a_stranger_began_with_our_address_ends_with_our_reset():
    stranger, owner = Client(), Client()
    sign_up(stranger, "owner@example.org", OTHER_PASSWORD)
    ask_for_reset(owner, "owner@example.org")
    reset(owner, link_in(mails_to("owner@example.org")[-1]), PASSWORD)
    sign_in(owner, "owner@example.org", PASSWORD)
    ask_for_change(owner, "other@example.org")

    page = stranger.get(link_in(mails_to("other@example.org")[-1]), follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert not is_in(stranger)
    assert User.objects.get().email == "owner@example.org"


def test_one_mailbox_is_one_account_whatever_the_capitals(client):
    sign_up(client, "Fam@Example.org")
    sign_up(Client(), "fam@example.org")

    assert list(User.objects.values_list("email", flat=True)) == ["fam@example.org"]


def test_a_link_that_is_used_old_or_cut_short_says_so(client, monkeypatch):
    sign_up(client)
    link = link_in(mails_to("new@example.org")[0])

    assert "This link no longer works" in words_of(Client().get(link[:-3] + "/", follow=True))

    now = signing.time.time()
    with monkeypatch.context() as later:
        later.setattr(signing.time, "time", lambda: now + 60 * 60 * 24 * 3 + 60)
        assert "This link no longer works" in words_of(Client().get(link, follow=True))

    client.get(link)
    assert "This link no longer works" in words_of(Client().get(link, follow=True))


def test_two_who_sign_up_at_once_with_one_address_get_the_same_answer(client, monkeypatch):
    from accounts.door_forms import SignupForm

    def look_too_early(form, value):
        UserFactory(email=value)
        form.account_already_exists = False
        return value

    monkeypatch.setattr(SignupForm, "validate_unique_email", look_too_early)

    page = sign_up(client)

    assert page.redirect_chain[-1][0] == "/accounts/confirm-email/"
    assert User.objects.count() == 1
    assert not EmailAddress.objects.exists()


def test_the_database_refuses_capitals_in_an_address():
    user = UserFactory()

    with pytest.raises(IntegrityError, match="accounts_user_email_lower_case"):
        User.objects.filter(pk=user.pk).update(email="Sam@Example.org")


def test_a_password_of_ninety_thousand_letters_is_refused(client):
    page = sign_up(client, password="x1-" * 30_000)

    assert page.status_code == 422
    assert not User.objects.exists()


def test_the_form_helps_password_managers(client):
    page = words_of(client.get("/accounts/signup/"))

    assert page.count('autocomplete="new-password"') == 2
    assert 'autocomplete="email"' in page
    assert "At least 8 characters" in page
