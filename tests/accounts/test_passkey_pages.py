"""Passkeys without a browser: their pages, and what is sent in place of a passkey's answer.

How one is made and used is in tests/browser/test_passkeys.py.
"""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import OutboxMessage, User
from accounts.second_factor import SecondFactorAdapter

from .second_factors import confirm, give_app, reader, sign_in

pytestmark = pytest.mark.django_db

ANSWER = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "clientExtensionResults": {}}
OF_SIGNING_IN = {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA"}
NONSENSE = {
    "nothing": "",
    "no JSON": "{",
    "nothing in JSON": "null",
    "a number": "1",
    "a text": '"x"',
    "a list": "[]",
    "an object": "{}",
    "no answer": json.dumps({"response": None}),
    "a number for an answer": json.dumps({"response": 7}),
    "an empty answer": json.dumps({**ANSWER, "response": {}}),
    "an answer cut short": json.dumps({**ANSWER, "response": OF_SIGNING_IN}),
    "no user": json.dumps({**ANSWER, "response": {**OF_SIGNING_IN, "userHandle": "AAAA"}}),
    "a number for a user": json.dumps({**ANSWER, "response": {**OF_SIGNING_IN, "userHandle": 5}}),
    "a user beyond all numbers": json.dumps(
        {**ANSWER, "response": {**OF_SIGNING_IN, "userHandle": "enp6enp6enp6enp6enp6enp6"}}
    ),
    "long enough": json.dumps(
        {**ANSWER, "response": {**OF_SIGNING_IN, "authenticatorData": "A" * 200}}
    ),
    "a registration": json.dumps(
        {**ANSWER, "response": {"clientDataJSON": "e30", "attestationObject": "AAAA"}}
    ),
    "no base64": json.dumps({**ANSWER, "id": "ö", "response": {"clientDataJSON": "ö"}}),
    "deep": "[" * 5_000 + "]" * 5_000,
    "deeper": "[" * 50_000 + "]" * 50_000,
    "nul": json.dumps({**ANSWER, "id": "\0"}),
}
each_nonsense = pytest.mark.parametrize("credential", NONSENSE.values(), ids=NONSENSE)


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def member(client, user) -> Client:
    sign_in(client, user)
    confirm(client)
    return client


def passkey(user: User, name: str = "Passkey", *, signs_in_alone: bool = False) -> Authenticator:
    """One as the database keeps it, without what it is checked by."""
    extensions = {"credProps": {"rk": signs_in_alone}}
    data = {"name": name, "credential": {"clientExtensionResults": extensions}}
    return Authenticator.objects.create(user=user, type="webauthn", data=data)


def options(client: Client) -> dict[str, object]:
    answer = client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    return answer.json()["request_options"]["publicKey"]


@each_nonsense
def test_nonsense_in_place_of_a_passkey_signs_nobody_in(client, credential):
    options(client)

    form = {"credential": credential, "next": "/accounts/email/"}
    answer = client.post("/accounts/2fa/webauthn/login/", form)

    assert answer.url == "/accounts/login/?next=%2Faccounts%2Femail%2F"
    assert "_auth_user_id" not in client.session


@pytest.mark.slow
@each_nonsense
def test_nonsense_in_place_of_a_passkey_adds_none(member, credential):
    member.get("/accounts/2fa/webauthn/add/")

    page = member.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential})

    assert page.status_code == 422
    assert 'class="errs"' in page.text
    assert not Authenticator.objects.exists()


@pytest.mark.slow
@each_nonsense
def test_nonsense_in_place_of_a_passkey_is_no_second_step(client, user, credential):
    give_app(user)
    sign_in(client, user)

    page = client.post("/accounts/2fa/authenticate/", {"credential": credential})

    assert page.status_code == 422
    assert "_auth_user_id" not in client.session


def test_a_passkey_that_failed_is_told_on_the_page_to_try_again(client):
    options(client)

    page = client.post(
        "/accounts/2fa/webauthn/login/",
        {"credential": NONSENSE["a registration"], "next": "https://evil.example/"},
        follow=True,
    )

    assert page.redirect_chain[-1][0] == "/accounts/login/"
    assert "That did not work with this passkey." in page.text
    assert "evil.example" not in page.text


def test_signing_in_by_passkey_is_limited_per_address(client):
    answers = [
        client.post("/accounts/2fa/webauthn/login/", {"credential": "{}"}) for _ in range(11)
    ]

    assert [answer.status_code for answer in answers] == [302] * 10 + [429]


def test_passkeys_are_for_the_shop_at_its_own_address(client, settings):
    settings.SITE_URL = "https://www.shop.example:8443"

    assert options(client)["rpId"] == "www.shop.example"
    assert SecondFactorAdapter().get_public_key_credential_rp_entity()["name"] == "Octavo"


def test_passkeys_are_named_one_after_another(user):
    name = lambda: SecondFactorAdapter().generate_authenticator_name(user, "webauthn")  # noqa: E731
    assert name() == "Passkey"
    passkey(user, "Passkey")
    passkey(user, "My phone")
    assert name() == "Passkey 2"


def test_the_list_tells_passkeys_apart(member, user):
    passkey(user, "<b>Phone</b>")

    page = member.get("/accounts/2fa/webauthn/").text

    assert "&lt;b&gt;Phone&lt;/b&gt;" in page
    assert "Added on" in page
    assert "Not used yet." in page


def test_a_longer_list_takes_no_more_queries(member, user, django_assert_max_num_queries):
    passkey(user)
    with django_assert_max_num_queries(12) as few:
        member.get("/accounts/2fa/webauthn/")
    for number in range(20):
        passkey(user, f"Key {number}")

    with django_assert_max_num_queries(len(few)):
        member.get("/accounts/2fa/webauthn/")


def test_a_passkey_is_renamed(member, user):
    key = passkey(user)

    member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "My phone"})

    key.refresh_from_db()
    assert str(key) == "My phone"


def test_a_name_is_no_novel(member, user):
    key = passkey(user)

    page = member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "x" * 61})

    assert "at most 60 characters" in page.text
    key.refresh_from_db()
    assert str(key) == "Passkey"


def test_the_last_passkey_is_removed_and_the_person_told(member, user):
    key = passkey(user)
    Authenticator.objects.create(user=user, type="recovery_codes", data={})

    page = member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/", follow=True)

    assert "You have no passkeys yet." in page.text
    assert not Authenticator.objects.exists()
    assert OutboxMessage.objects.get().subject == "A passkey was removed"


def test_a_passkey_that_is_the_last_way_in_stays(member, user):
    key = passkey(user, signs_in_alone=True)
    user.emailaddress_set.update(verified=False)

    page = member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/", follow=True)

    assert "the only way into your account" in page.text
    assert Authenticator.objects.get() == key
    assert not OutboxMessage.objects.exists()

    user.emailaddress_set.update(verified=True)
    member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")

    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("act", ["edit", "remove"])
def test_passkeys_of_others_are_not_there(member, act):
    key = passkey(reader())

    assert member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/{act}/").status_code == 404


def test_without_javascript_the_page_says_why_there_is_no_button(member):
    page = member.get("/accounts/2fa/webauthn/add/").text

    assert "Passkeys need JavaScript, which is off in this browser." in page
