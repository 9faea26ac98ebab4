"""Signing in by Google and by GitHub: who gets which account, and who gets none."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.sessions.models import Session
from django.db import IntegrityError

from accounts.models import OutboxMessage, User
from accounts.social import SocialAdapter
from shop.models import CartItem
from tests.factories import BookFactory, UserFactory

from .conftest import come_back, leave_for, linked, nadia, sign_in, who_is_in
from .doors import member

pytestmark = pytest.mark.django_db


def nothing_was_made() -> bool:
    return not SocialAccount.objects.exists() and not OutboxMessage.objects.exists()


def test_the_first_sign_in_opens_an_account(client, site):
    page = sign_in(client, site)

    user = User.objects.get()
    assert page.redirect_chain[-1] == ("/orders/", 302)
    assert (user.email, user.name) == ("nadia@example.org", "Nadia Rahman")
    assert not user.has_usable_password()
    assert who_is_in(client) == str(user.pk)


def test_the_address_of_a_new_account_is_confirmed_already(client, site):
    sign_in(client, site)

    address = EmailAddress.objects.get()
    assert (address.email, address.verified, address.primary) == ("nadia@example.org", True, True)
    assert not OutboxMessage.objects.exists()


def test_the_second_sign_in_leads_into_the_same_account(client, site):
    sign_in(client, site)
    client.post("/accounts/logout/")
    site.person.email = "elsewhere@example.org"

    sign_in(client, site)

    assert who_is_in(client) == str(User.objects.get().pk)


def test_nothing_is_kept_but_what_names_the_account_there(client, site):
    sign_in(client, site)

    kept = SocialAccount.objects.get()
    names = {"google": {"email": "nadia@example.org"}, "github": {"login": "person1001"}}
    assert (kept.uid, kept.extra_data) == ("1001", names[site.id])
    assert not SocialToken.objects.exists()


def test_a_name_that_no_database_can_hold_is_cut_to_one_that_it_can(client, site):
    site.person.name = "Na\x00dia \t " + "R" * 200

    sign_in(client, site)

    assert User.objects.get().name == ("Nadia " + "R" * 200)[:150]


def test_capitals_make_no_second_mailbox(client, site):
    user = nadia()
    site.person.email = "Nadia@Example.ORG"

    sign_in(client, site)

    assert who_is_in(client) == str(user.pk)


def test_of_several_confirmed_addresses_the_main_one_is_taken(client, github):
    github.person.others = {"a@example.org": True, "b@example.org": False}

    sign_in(client, github)

    assert list(EmailAddress.objects.values_list("email", "verified")) == [
        ("nadia@example.org", True)
    ]


def test_an_address_confirmed_on_both_sides_leads_into_the_account(client, site):
    user = nadia(name="Nadia")

    sign_in(client, site)

    assert who_is_in(client) == str(user.pk)
    assert SocialAccount.objects.get().user == user
    user.refresh_from_db()
    assert user.name == "Nadia"
    assert user.has_usable_password()


def test_whoever_had_the_account_is_told_by_mail(client, site):
    nadia()

    sign_in(client, site)

    mail = OutboxMessage.objects.get()
    name = {"google": "Google", "github": "GitHub"}[site.id]
    assert (mail.to, mail.subject) == ("nadia@example.org", f"{name} was linked to your account")
    assert f"An account at {name} was linked" in mail.body


@pytest.mark.parametrize("process", ["", "login", "anything"])
def test_an_address_that_is_not_confirmed_here_leads_nowhere(client, site, process):
    user = nadia(verified=False)

    page = sign_in(client, site, process=process)

    user.refresh_from_db()
    assert page.status_code == 403
    assert "There is an account with this address" in page.text
    assert user.has_usable_password()
    assert nothing_was_made()
    assert not who_is_in(client)


def test_an_account_without_a_record_of_confirming_is_never_joined(client, site):
    UserFactory(email="nadia@example.org")

    page = sign_in(client, site)

    assert "There is an account with this address" in page.text
    assert nothing_was_made()
    assert not who_is_in(client)


def test_an_address_that_somebody_had_before_leads_nowhere(client, site):
    user = nadia()
    User.objects.filter(pk=user.pk).update(email="new@example.org")

    page = sign_in(client, site)

    assert "There is an account with this address" in page.text
    assert nothing_was_made()
    assert not who_is_in(client)


def test_an_address_that_somebody_else_wants_to_have_opens_an_account_for_its_owner(client, site):
    other = member("other@example.org")
    EmailAddress.objects.create(user=other, email="nadia@example.org")

    sign_in(client, site)

    assert who_is_in(client) == str(User.objects.get(email="nadia@example.org").pk)


def test_an_address_that_the_other_site_has_not_confirmed_opens_nothing(client, site):
    site.person.is_verified = False

    page = sign_in(client, site)

    assert page.status_code == 403
    assert "We need an email address that is yours" in page.text
    assert not User.objects.exists()
    assert nothing_was_made()


def test_an_address_that_the_other_site_has_not_confirmed_leads_into_no_account(client, site):
    nadia()
    site.person.is_verified = False

    page = sign_in(client, site)

    assert "We need an email address that is yours" in page.text
    assert nothing_was_made()
    assert not who_is_in(client)


def test_without_any_address_nothing_is_opened(client, site):
    site.person.email = ""

    page = sign_in(client, site)

    assert page.status_code == 403
    assert "We need an email address that is yours" in page.text
    assert not User.objects.exists()
    assert nothing_was_made()


def test_nobody_is_asked_for_an_address_that_is_not_theirs(client, site):
    site.person.email = ""
    sign_in(client, site)

    assert "socialaccount_sociallogin" not in client.session
    assert client.get("/accounts/3rdparty/signup/").status_code == 404
    assert (
        client.post("/accounts/3rdparty/signup/", {"email": "sam@example.org"}).status_code == 405
    )
    assert not User.objects.exists()


def test_somebody_who_is_linked_needs_no_confirmed_address_there(client, site):
    user = member("sam@example.org")
    linked(user, site.id)
    site.person.is_verified = False

    sign_in(client, site)

    assert who_is_in(client) == str(user.pk)


@pytest.mark.parametrize("is_linked", [True, False])
def test_a_deactivated_account_stays_closed(client, site, is_linked):
    user = nadia(is_active=False)
    if is_linked:
        linked(user, site.id)

    page = sign_in(client, site)

    assert "This account is closed" in page.text
    assert not who_is_in(client)
    assert SocialAccount.objects.count() == is_linked
    assert not OutboxMessage.objects.exists()


def test_the_second_step_is_still_asked_for(client, site):
    user = nadia()
    linked(user, site.id)
    TOTP.activate(user, generate_totp_secret())

    page = sign_in(client, site)

    assert page.redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    assert not who_is_in(client)


def test_the_basket_comes_along(client, site):
    book = BookFactory(title="Emma", stock=3)
    client.post(f"/basket/add/{book.ean}/", {"quantity": 2})

    sign_in(client, site)

    assert CartItem.objects.get(cart__user=User.objects.get()).quantity == 2
    assert "Emma" in client.get("/basket/").text


def test_the_session_key_changes(client, site):
    address = site.agree(leave_for(client, site))
    before = client.session.session_key

    come_back(client, address)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_it_leads_on_to_where_one_was(client, site):
    page = sign_in(client, site, next="/books/")

    assert page.redirect_chain[-1] == ("/books/", 302)


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_it_leads_to_no_other_shop(client, site, where):
    page = sign_in(client, site, next=where)

    assert page.redirect_chain[-1] == ("/orders/", 302)


def test_a_race_for_a_new_account_is_lost_with_a_page(client, site, monkeypatch):
    def lose(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("allauth.socialaccount.models.setup_user_email", lose)

    page = sign_in(client, site)

    assert page.status_code == 401
    assert "Please begin again" in page.text
    assert not User.objects.exists()
    assert nothing_was_made()


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/signup/"])
def test_the_buttons_stand_on_both_doors_and_keep_the_way_on(client, site, door):
    page = client.get(door, {"next": "/books/"})

    name = {"google": "Google", "github": "GitHub"}[site.id]
    assert f"Continue with {name}" in page.text
    action = f'action="/accounts/{site.id}/login/?process=login&amp;next=%2Fbooks%2F"'
    assert f'<form method="post" {action}>' in page.text


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/signup/"])
def test_without_keys_there_is_no_button(client, google, door):
    page = client.get(door).text

    assert "Continue with Google" in page
    assert "GitHub" not in page


@pytest.mark.parametrize("name", ["google", "github"])
@pytest.mark.parametrize("address", ["login/", "login/callback/?code=1&state=2", "login/token/"])
def test_without_keys_there_is_nothing_at_its_addresses(client, name, address):
    SocialApp.objects.create(provider=name, name="a row nobody asked for", client_id="x")

    assert client.get(f"/accounts/{name}/{address}").status_code == 404


def test_the_token_door_is_closed_even_with_keys(client, google):
    client.cookies["g_csrf_token"] = "x"
    sent = {"g_csrf_token": "x", "credential": google.id_token()}

    assert client.post("/accounts/google/login/token/", sent).status_code == 405
    assert not User.objects.exists()


def test_keys_are_looked_for_in_no_table(google, django_assert_num_queries):
    with django_assert_num_queries(0):
        apps = SocialAdapter().list_apps(None)

    assert [app.provider for app in apps] == ["google"]


def test_a_link_alone_signs_nobody_in_and_passes_nothing_on(client, site):
    asked = {"scope": "repo", "auth_params": "prompt=none", "next": "/books/"}

    page = client.get(f"/accounts/{site.id}/login/", asked)

    assert page.status_code == 200
    assert f'<form class="form" method="post" action="/accounts/{site.id}/login/">' in page.text
    assert '<input type="hidden" name="next" value="/books/">' in page.text
    assert "repo" not in page.text
    assert not Session.objects.exists()


def test_the_other_site_is_asked_for_the_name_and_the_address_alone(client, site):
    address = leave_for(client, site)

    wanted = {"google": ["email", "profile"], "github": ["user%3Aemail"]}[site.id]
    scope = address.partition("scope=")[2].partition("&")[0]
    assert sorted(scope.split("+")) == wanted
