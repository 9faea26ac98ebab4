"""Whoever is deactivated is out on the next request, and finds no way back in."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import deactivating
from accounts.models import OutboxMessage, User
from tests.factories import UserFactory
from tests.threads import at_once

from .doors import PASSWORD, is_in, member
from .signing_in import sign_in

pytestmark = pytest.mark.django_db
NEW = {"password1": "moss-on-slate-77", "password2": "moss-on-slate-77"}


@pytest.fixture
def sam() -> User:
    return member()


def deactivate(user: User, who: User | None = None) -> None:
    deactivating.deactivate(user=user, who=who)


def is_active(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


def ask_for_reset(email: str) -> OutboxMessage:
    page = Client().post("/accounts/password/reset/", {"email": email})
    assert page["Location"] == "/accounts/password/reset/done/"
    return OutboxMessage.objects.filter(to=email).latest("pk")


def user_form(page, **fields: str) -> dict[str, str]:
    """What a browser sends back of the page of a user."""
    shown = (inline.formset for inline in page.context["inline_admin_formsets"])
    counts = {f"{formset.prefix}-TOTAL_FORMS": "0" for formset in shown}
    return counts | {name.replace("TOTAL", "INITIAL"): "0" for name in counts} | fields


def act_on(client: Client, act: str, *users: User):
    form = {"action": act, "_selected_action": [user.pk for user in users]}
    return client.post("/admin/accounts/user/", form, follow=True)


def test_every_session_ends_on_its_very_next_request_and_nobody_elses(sam):
    at_home, on_the_bus = sign_in(sam, remember=True), sign_in(sam)
    neighbour = sign_in(member("else@example.org"))
    assert is_in(at_home)
    assert is_in(on_the_bus)

    deactivate(sam)

    assert not is_in(at_home)
    assert not is_in(on_the_bus)
    assert is_in(neighbour)


def test_nothing_is_left_of_the_sessions(sam):
    sign_in(sam)
    unlisted = sign_in(sam)
    UserSession.objects.filter(session_key=unlisted.session.session_key).delete()

    deactivate(sam)

    assert not UserSession.objects.exists()
    assert [row.pk for row in Session.objects.all()] == [unlisted.session.session_key]
    deactivating.reactivate(user=sam, who=None)
    assert not is_in(unlisted)


def test_after_reactivation_one_signs_in_afresh(sam):
    before = sign_in(sam)
    deactivate(sam)

    deactivating.reactivate(user=sam, who=None)

    assert not is_in(before)
    assert is_in(sign_in(sam))


def test_the_password_lets_nobody_in(sam):
    deactivate(sam)
    client = Client()

    response = client.post("/accounts/login/", {"login": sam.email, "password": PASSWORD})

    assert response["Location"] == "/accounts/inactive/"
    assert not is_in(client)


def test_a_link_that_was_sent_before_is_void_even_after_reactivation(sam):
    link = re.search(r"/accounts/password/reset/key/\S+", ask_for_reset(sam.email).body)[0]
    assert "password1" in Client().get(link, follow=True).text
    deactivate(sam)

    for _ in range(2):
        client = Client()
        page = client.get(link, follow=True)
        assert "password1" not in page.text
        client.post(page.request["PATH_INFO"], NEW)
        deactivating.reactivate(user=sam, who=None)

    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)


def test_a_reset_page_that_is_open_already_lets_nobody_in(sam):
    link = re.search(r"/accounts/password/reset/key/\S+", ask_for_reset(sam.email).body)[0]
    client = Client()
    page = client.get(link, follow=True)
    deactivate(sam)

    client.post(page.request["PATH_INFO"], NEW)

    assert not is_in(client)
    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)


def test_a_confirmation_of_an_address_lets_nobody_in():
    client = Client()
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", form)
    deactivate(User.objects.get())
    link = re.search(r"/accounts/confirm-email/\S+", OutboxMessage.objects.get().body)[0]

    client.post(link)
    page = client.post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD})

    assert page["Location"] == "/accounts/inactive/"
    assert not is_in(client)


def test_a_sign_in_that_waits_for_its_second_step_comes_to_nothing(sam):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(sam, secret)
    client = Client()
    client.post("/accounts/login/", {"login": sam.email, "password": PASSWORD})
    deactivate(sam)
    counter = next(totp.yield_hotp_counters_from_time())
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))

    response = client.post("/accounts/2fa/authenticate/", {"code": code})

    assert response["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session
    assert not is_in(client)


def test_a_password_changed_in_this_moment_opens_no_door(sam):
    """The other request has read the user before."""
    from allauth.account.adapter import get_adapter

    stale = User.objects.get(pk=sam.pk)
    deactivate(sam)

    get_adapter().set_password(stale, "moss-on-slate-77")

    assert not is_active(sam)


def test_twice_is_as_good_as_once(sam):
    deactivate(sam)
    deactivate(sam)
    assert not is_active(sam)

    deactivating.reactivate(user=sam, who=None)
    deactivating.reactivate(user=sam, who=None)
    assert is_active(sam)


def test_nobody_deactivates_themself(staff):
    UserFactory(is_superuser=True)

    with pytest.raises(deactivating.Oneself):
        deactivate(staff, staff)
    assert is_active(staff)


@pytest.mark.parametrize("rank", ["is_staff", "is_superuser"])
def test_only_superusers_deactivate_or_reactivate_staff_and_superusers(rank, staff):
    other = UserFactory(**{rank: True})
    bookseller = UserFactory(is_staff=True)

    with pytest.raises(deactivating.ForSuperusers):
        deactivate(other, bookseller)
    assert is_active(other)
    deactivate(other, staff)
    with pytest.raises(deactivating.ForSuperusers):
        deactivating.reactivate(user=other, who=bookseller)
    assert not is_active(other)


def test_the_last_active_superuser_stays(staff):
    UserFactory(is_superuser=True, is_active=False)

    with pytest.raises(deactivating.LastOne):
        deactivate(staff)
    assert is_active(staff)


@pytest.mark.django_db(transaction=True)
def test_two_superusers_cannot_deactivate_each_other():
    one, other = UserFactory(is_superuser=True), UserFactory(is_superuser=True)

    outcomes = at_once([lambda: deactivate(one, other), lambda: deactivate(other, one)])

    assert {type(outcome).__name__ for outcome in outcomes} == {"NoneType", "ForSuperusers"}
    assert User.objects.filter(is_active=True).count() == 1


def test_the_admin_does_it_and_remembers_who_did(staff_client, staff, sam):
    at_home = sign_in(sam)

    page = act_on(staff_client, "deactivate", sam)

    assert "Deactivated: sam@example.org" in page.text
    assert not is_in(at_home)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(sam.pk))
    page = act_on(staff_client, "reactivate", sam)
    assert "Active again: sam@example.org" in page.text
    assert is_in(sign_in(sam))


def test_the_admin_says_why_not_and_does_the_rest(staff_client, staff, sam):
    page = act_on(staff_client, "deactivate", staff, sam)

    assert "Nobody can deactivate themself." in page.text
    assert is_active(staff)
    assert not is_active(sam)


def test_who_may_not_change_users_is_offered_no_such_act(sam):
    auditor = UserFactory(is_staff=True)
    auditor.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(auditor)

    assert 'value="deactivate"' not in client.get("/admin/accounts/user/").text
    act_on(client, "deactivate", sam)

    assert is_active(sam)


def test_the_form_of_a_user_has_no_tick_that_does_half_of_it(staff_client, sam):
    address = f"/admin/accounts/user/{sam.pk}/change/"
    page = staff_client.get(address)
    assert 'name="is_active"' not in page.text

    staff_client.post(address, user_form(page, name="Sam"))

    sam.refresh_from_db()
    assert (sam.name, sam.is_active) == ("Sam", True)


def test_the_form_of_a_user_writes_only_what_was_edited(staff_client, sam, monkeypatch):
    from accounts.admin import UserAdmin

    def meanwhile(self, request, obj, form, change):
        deactivate(sam)
        original(self, request, obj, form, change)

    original = UserAdmin.save_model
    monkeypatch.setattr(UserAdmin, "save_model", meanwhile)
    address = f"/admin/accounts/user/{sam.pk}/change/"
    form = user_form(staff_client.get(address), name="Sam S.")

    staff_client.post(address, form)

    assert not is_active(sam)
    assert User.objects.get(pk=sam.pk).name == "Sam S."


def test_the_command_closes_and_opens(sam, capsys):
    at_home = sign_in(sam)

    for _ in range(2):
        call_command("deactivate_user", "SAM@example.org")
    assert not is_in(at_home)
    assert "sam@example.org is deactivated, and signed out." in capsys.readouterr().out

    for _ in range(2):
        call_command("deactivate_user", "sam@example.org", "--reactivate")
    assert is_in(sign_in(sam))


def test_the_command_fails_in_words(staff):
    with pytest.raises(CommandError, match=r"no account with the address nobody@example\.org"):
        call_command("deactivate_user", "nobody@example.org")
    with pytest.raises(CommandError, match="last active superuser"):
        call_command("deactivate_user", staff.email)
