"""A passkey in place of password and second step: only with its PIN, and only if it may."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User

from .doors import is_in
from .second_factors import confirm, give_app, reader, sign_in
from .software_key import ORIGIN, SoftwareKey

ADD, ALONE = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
SECOND_STEP = "/accounts/2fa/authenticate/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop_at_localhost(settings) -> None:
    settings.SITE_URL = ORIGIN
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True


@pytest.fixture
def owner() -> User:
    return reader(email="vera@example.org")


def key_of(owner: User, *, signs_in_alone: bool) -> SoftwareKey:
    client, key = Client(), SoftwareKey()
    sign_in(client, owner)
    confirm(client)
    options = asked(client.get(ADD), "creation_options")
    client.post(
        ADD, {"name": "Key", "credential": key.make(options, signs_in_alone=signs_in_alone)}
    )
    return key


def asked(page, name: str) -> dict[str, Any]:
    return page.context["js_data"][name]["publicKey"]


def asked_alone(client: Client) -> dict[str, Any]:
    answer = client.get(ALONE, headers={"Accept": "application/json"})
    return answer.json()["request_options"]["publicKey"]


@pytest.mark.parametrize("signs_in_alone", [True, False])
@pytest.mark.parametrize("with_pin", [True, False])
def test_it_takes_the_owners_leave_and_the_keys_pin(client, owner, signs_in_alone, with_pin):
    key = key_of(owner, signs_in_alone=signs_in_alone)

    answer = key.use(asked_alone(client), with_pin=with_pin)
    client.post(ALONE, {"credential": answer})

    assert is_in(client) is (signs_in_alone and with_pin)


def test_a_challenge_of_a_second_step_does_not_do_without_the_pin(client, owner):
    key = key_of(owner, signs_in_alone=True)
    thief = reader(email="thea@example.org")
    give_app(thief)
    sign_in(client, thief)
    weak = asked(client.get(SECOND_STEP), "request_options")
    client.get("/accounts/signup/")

    client.post(ALONE, {"credential": key.use(weak, with_pin=False)})

    assert not is_in(client)


def test_as_a_second_step_it_needs_neither(client, owner):
    key = key_of(owner, signs_in_alone=False)
    sign_in(client, owner)
    options = asked(client.get(SECOND_STEP), "request_options")

    client.post(SECOND_STEP, {"credential": key.use(options, with_pin=False)})

    assert is_in(client)
