import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.models import User
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
    sign_up,
    words_of,
)

pytestmark = pytest.mark.django_db
OLD, NEW = "sam@example.org", "new@example.org"


@pytest.fixture
def sam() -> User:
    return member(OLD)


@pytest.fixture
def at_home(sam, client) -> Client:
    sign_in(client)
    return client


def address_of(user: User) -> str:
    user.refresh_from_db()
    return user.email


def test_the_address_changes_when_the_new_one_is_confirmed(sam, at_home):
    ask_for_change(at_home, NEW)
    assert address_of(sam) == OLD

    page = at_home.get(link_in(mails_to(NEW)[0]), follow=True)

    assert address_of(sam) == NEW
    assert page.redirect_chain[-1][0] == "/accounts/"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]
    assert is_in(at_home)


def test_a_change_ends_the_sessions_elsewhere(sam, at_home):
    sign_in(elsewhere := Client(), OLD)
    ask_for_change(at_home, NEW)

    at_home.get(link_in(mails_to(NEW)[0]))

    assert is_in(at_home)
    assert not is_in(elsewhere)
    assert "every other device is signed out" in mails_to(OLD)[-1].body


def test_the_old_address_is_told_and_signs_nobody_in_any_more(sam, at_home):
    ask_for_change(at_home, NEW)
    at_home.get(link_in(mails_to(NEW)[0]))

    told = mails_to(OLD)[-1]
    assert f"from {OLD} to {NEW}" in told.body
    assert "answer this email at once" in told.body
    sign_in(elsewhere := Client(), OLD)
    assert not is_in(elsewhere)
    sign_in(elsewhere, NEW)
    assert is_in(elsewhere)


def test_in_another_browser_the_link_asks_to_sign_in_first(sam, at_home):
    ask_for_change(at_home, NEW)
    elsewhere = Client()

    page = elsewhere.get(link_in(mails_to(NEW)[0]), follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert address_of(sam) == OLD

    page = sign_in(elsewhere, OLD)
    assert page.redirect_chain[-1][0] == "/accounts/"
    assert address_of(sam) == NEW


def test_whoever_reads_the_new_mailbox_cannot_take_the_change_into_another_account(sam, at_home):
    member("stranger@example.org")
    ask_for_change(at_home, NEW)
    sign_in(stranger := Client(), "stranger@example.org")

    page = stranger.get(link_in(mails_to(NEW)[0]), follow=True)

    assert "This link is for another account" in words_of(page)
    assert is_in(stranger)
    assert address_of(sam) == OLD


@pytest.mark.parametrize("more", [{}, {"next": "/basket/"}])
def test_the_link_of_another_account_keeps_nobody_from_signing_in(sam, client, more):
    member("stranger@example.org")
    sign_in(stranger := Client(), "stranger@example.org")
    ask_for_change(stranger, NEW)
    client.get(link_in(mails_to(NEW)[0]))

    page = sign_in(client, OLD, **more)

    assert page.redirect_chain[-1][0] == more.get("next", "/orders/")
    assert is_in(client)
    assert client.get("/accounts/login/")["Location"] == "/orders/"


def test_a_change_asks_for_the_password_once_more(sam, client):
    client.force_login(sam)

    page = client.post("/accounts/email/", {"action_add": "", "email": NEW}, follow=True)

    assert "/accounts/reauthenticate/" in page.redirect_chain[-1][0]
    assert not mails_to(NEW)


def test_a_change_can_be_called_off(sam, at_home):
    ask_for_change(at_home, NEW)
    link = link_in(mails_to(NEW)[0])

    page = at_home.post("/accounts/email/", {"action_remove": "", "email": NEW}, follow=True)

    assert "Your email address stays as it is" in words_of(page)
    assert f"it stays {OLD}" in mails_to(OLD)[-1].body
    assert "This link no longer works" in words_of(at_home.get(link))
    assert address_of(sam) == OLD


def test_a_second_change_takes_the_place_of_the_first(sam, at_home):
    ask_for_change(at_home, "first@example.org")
    ask_for_change(at_home, NEW)

    assert not EmailAddress.objects.filter(email="first@example.org").exists()
    page = at_home.get(link_in(mails_to("first@example.org")[0]))
    assert "This link no longer works" in words_of(page)


def test_an_address_of_somebody_else_gets_the_same_answer(sam, at_home):
    member("taken@example.org")

    answers = {
        without_tokens(words_of(ask_for_change(at_home, email)).replace(email, ""))
        for email in ("taken@example.org", "nobody@example.org")
    }

    assert len(answers) == 1


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_an_address_of_somebody_else_is_never_taken(sam, at_home, is_confirmed):
    if is_confirmed:
        member("taken@example.org")
    else:
        sign_up(Client(), "taken@example.org", OTHER_PASSWORD)
    cache.clear()
    ask_for_change(at_home, "taken@example.org")

    page = at_home.get(link_in(mails_to("taken@example.org")[-1]), follow=True)

    assert "belongs to another account already" in words_of(page)
    assert address_of(sam) == OLD


def test_naming_an_address_keeps_its_owner_from_nothing(sam, at_home):
    ask_for_change(at_home, "owner@example.org")
    owner = Client()

    sign_up(owner, "owner@example.org", OTHER_PASSWORD)
    ask_for_reset(owner, "owner@example.org")
    reset(owner, link_in(mails_to("owner@example.org")[-1]), OTHER_PASSWORD)
    sign_in(owner, "owner@example.org", OTHER_PASSWORD)

    assert is_in(owner)
    assert User.objects.get(email="owner@example.org") != sam


def test_who_owns_the_address_before_the_change_is_confirmed_keeps_it(sam, at_home):
    ask_for_change(at_home, NEW)
    member(NEW)

    page = at_home.get(link_in(mails_to(NEW)[0]), follow=True)

    assert "belongs to another account already" in words_of(page)
    assert address_of(sam) == OLD


def test_who_opens_an_account_with_it_at_the_same_moment_leaves_nothing_half_done(
    sam, at_home, monkeypatch
):
    ask_for_change(at_home, NEW)
    as_primary = EmailAddress.set_as_primary

    def too_late(address, **options):
        UserFactory(email=NEW)
        return as_primary(address, **options)

    monkeypatch.setattr(EmailAddress, "set_as_primary", too_late)

    page = at_home.get(link_in(mails_to(NEW)[0]), follow=True)

    assert "belongs to another account already" in words_of(page)
    assert address_of(sam) == OLD
    assert set(EmailAddress.objects.values_list("email", "verified", "primary")) == {
        (OLD, True, True),
        (NEW, False, False),
    }


@pytest.mark.parametrize("action", ["action_remove", "action_primary"])
def test_an_address_from_before_is_never_taken_up_again(sam, at_home, action):
    confirm_again(at_home)
    User.objects.update(email=NEW)
    at_home.get("/accounts/email/")

    for email in (OLD, NEW):
        at_home.post("/accounts/email/", {action: "", "email": email})

    assert address_of(sam) == NEW


def test_a_wish_to_change_leaves_an_address_that_is_not_confirmed_in_use(sam, at_home):
    confirm_again(at_home)
    User.objects.update(email=NEW)

    ask_for_change(at_home, "third@example.org")

    assert mails_to("third@example.org")
    assert address_of(sam) == NEW


def confirm_again(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
