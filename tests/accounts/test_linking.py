"""The page "Google and GitHub" of an account: linking, unlinking, never losing the last way in."""

import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connection

from accounts import ways_in
from accounts.models import OutboxMessage, User
from accounts.social import SocialAdapter

from .conftest import link, linked, nadia, signed_in, without_password
from .doors import PASSWORD, member

PAGE = "/accounts/3rdparty/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return member("sam@example.org")


@pytest.fixture
def both(google, github) -> None:
    """The shop has the keys of Google and of GitHub."""


def unlink(client, account: SocialAccount):
    return client.post(PAGE, {"account": account.pk}, follow=True)


def passkey(user: User, *, signs_in_alone: bool) -> Authenticator:
    extensions = {"credProps": {"rk": signs_in_alone}}
    data = {"name": "Phone", "credential": {"clientExtensionResults": extensions}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def messages(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_the_page_is_for_those_who_are_signed_in(client):
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.post(PAGE, {"account": 1})["Location"] == f"/accounts/login/?next={PAGE}"


def test_linking_adds_a_way_in_and_tells_its_owner(sam, site):
    page = link(signed_in(sam), site)

    assert page.redirect_chain[-1][0] == PAGE
    assert "is linked: you can sign in with it from now on." in messages(page)[0]
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (sam, site.id, "1001")
    assert OutboxMessage.objects.get().to == "sam@example.org"


def test_linking_leaves_the_name_and_the_address_alone(sam, site):
    link(signed_in(sam), site)

    sam.refresh_from_db()
    assert (sam.email, sam.name) == ("sam@example.org", "")
    assert list(sam.emailaddress_set.values_list("email", flat=True)) == ["sam@example.org"]


def test_linking_asks_for_the_password_first(client, sam, site):
    client.force_login(sam)

    page = link(client, site)

    assert page.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert not SocialAccount.objects.exists()

    page = client.post(
        "/accounts/reauthenticate/", {"password": PASSWORD, "next": PAGE}, follow=True
    )

    # Not by itself: a thief of the session may have asked for it, with an account of their own.
    assert page.redirect_chain[-1][0] == PAGE
    assert not SocialAccount.objects.exists()

    link(client, site)

    assert SocialAccount.objects.get().user == sam


def test_the_other_sites_key_is_not_left_in_the_session_meanwhile(client, sam, site):
    client.force_login(sam)
    link(client, site)

    assert not any(token in str(dict(client.session)) for token in site._tokens)


def test_linking_what_is_linked_already_changes_nothing(sam, site):
    linked(sam, site.id)

    page = link(signed_in(sam), site)

    assert "was linked to yours already" in messages(page)[0]
    assert SocialAccount.objects.count() == 1


def test_what_leads_into_another_account_is_not_linked(sam, site):
    other = nadia()
    linked(other, site.id)

    page = link(signed_in(sam), site)

    assert "leads into somebody else’s account" in messages(page)[0]
    assert SocialAccount.objects.get().user == other


def test_linking_goes_by_the_account_there_and_not_by_its_address(sam, site):
    nadia()

    link(signed_in(sam), site)

    assert SocialAccount.objects.get().user == sam


def test_what_happens_while_the_other_site_thinks_is_not_undone(sam, site, monkeypatch):
    populate = SocialAdapter.populate_user

    def end_sessions_meanwhile(adapter, request, *args):
        assert request.user.sessions_epoch == 0
        User.objects.filter(pk=sam.pk).update(sessions_epoch=7)
        return populate(adapter, request, *args)

    client = signed_in(sam)
    monkeypatch.setattr(SocialAdapter, "populate_user", end_sessions_meanwhile)

    link(client, site)

    sam.refresh_from_db()
    assert sam.sessions_epoch == 7


def test_unlinking_takes_the_way_in_and_tells_its_owner(sam, both):
    account = linked(sam, "github")

    page = unlink(signed_in(sam), account)

    assert messages(page) == ["GitHub is unlinked from your account."]
    assert not SocialAccount.objects.exists()
    mail = OutboxMessage.objects.get()
    assert (mail.to, mail.subject) == ("sam@example.org", "GitHub was unlinked from your account")


def test_unlinking_asks_for_the_password_first(client, sam, both):
    account = linked(sam, "github")
    client.force_login(sam)

    page = unlink(client, account)

    assert page.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.exists()

    page = client.post(
        "/accounts/reauthenticate/", {"password": PASSWORD, "next": PAGE}, follow=True
    )

    assert page.redirect_chain[-1][0] == PAGE
    assert SocialAccount.objects.exists()

    unlink(client, account)

    assert not SocialAccount.objects.exists()


def test_the_last_way_in_stays(sam, both):
    account = linked(without_password(sam), "github")
    client = signed_in(sam)

    page = unlink(client, account)

    assert "the only way into your account" in messages(page)[0]
    assert "Unlink GitHub" not in page.text
    assert "/accounts/password/set/" in page.text
    assert SocialAccount.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_password_without_a_confirmed_address_is_no_way_in(sam, both):
    sam.emailaddress_set.update(verified=False)

    unlink(signed_in(sam), linked(sam, "github"))

    assert SocialAccount.objects.exists()


def test_another_site_is_a_way_in(sam, both):
    account = linked(without_password(sam), "github")
    kept = linked(sam, "google")

    unlink(signed_in(sam), account)

    assert SocialAccount.objects.get() == kept


def test_a_site_whose_keys_the_shop_lost_is_no_way_in_and_may_go(sam, github):
    lost = linked(without_password(sam), "google")
    account = linked(sam, "github")
    client = signed_in(sam)

    page = unlink(client, account)

    assert "the only way into your account" in messages(page)[0]
    assert "Link Google" not in page.text

    unlink(client, lost)

    assert SocialAccount.objects.get() == account


@pytest.mark.parametrize("signs_in_alone", [True, False])
def test_a_passkey_is_a_way_in_if_it_signs_in_alone(sam, both, signs_in_alone):
    linked(without_password(sam), "github")
    passkey(sam, signs_in_alone=signs_in_alone)

    (link,) = ways_in.links_of(sam)

    assert link.is_last_way_in is not signs_in_alone


@pytest.mark.parametrize("nonsense", ["", "abc", "-1", "0", "²", "9" * 30, "1.5"])
def test_nonsense_unlinks_nothing(sam, both, nonsense):
    linked(sam, "github")

    page = signed_in(sam).post(PAGE, {"account": nonsense}, follow=True)

    assert messages(page) == ["That account is not linked to yours any more."]
    assert SocialAccount.objects.exists()


def test_only_what_is_not_linked_is_offered(sam, both):
    client = signed_in(sam)
    linked(sam, "github")

    page = client.get(PAGE).text
    assert ("Link Google" in page, "Link GitHub" in page) == (True, False)

    linked(sam, "google")
    assert "Link another account" not in client.get(PAGE).text


def test_a_shop_without_other_sites_leads_back_to_the_account(sam):
    page = signed_in(sam).get(PAGE).text

    assert "no sign-in by other sites" in page
    assert '<a class="more" href="/accounts/">' in page


def test_nobody_unlinks_what_is_somebody_elses(sam, both):
    theirs = linked(nadia(), "github")

    unlink(signed_in(sam), theirs)

    assert SocialAccount.objects.exists()


def test_the_page_asks_as_little_for_many_links_as_for_one(sam, both, django_assert_num_queries):
    client = signed_in(sam)
    linked(sam, "github")
    client.get(PAGE)
    with django_assert_num_queries(7):
        client.get(PAGE)
    for number in range(30):
        linked(sam, "github", f"more-{number}")

    with django_assert_num_queries(7):
        page = client.get(PAGE)

    assert page.text.count("Unlink GitHub") == 31


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_take_the_last_two_ways_in(both):
    sam = without_password(member("sam@example.org"))
    ways = [linked(sam, "github"), linked(sam, "google")]
    clients = [signed_in(sam) for _ in ways]
    gate = threading.Barrier(len(ways))

    def run(client, account) -> None:
        gate.wait()
        unlink(client, account)
        connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(clients, ways, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert SocialAccount.objects.count() == 1
    assert OutboxMessage.objects.count() == 1
