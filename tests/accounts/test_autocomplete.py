"""WCAG 1.3.5: what a browser may fill in of its owner says so, in every form of the shop."""

import re
from collections.abc import Iterator

import pytest

from accounts.forms import NameForm, SavedAddressForm
from shop.forms import DeliveryForm
from shop.order_forms import FindOrderForm, WithdrawForm
from tests.accounts import doors

pytestmark = pytest.mark.django_db

TOKENS = {
    "name": "name",
    "email": "email",
    "login": "username",
    "password": "current-password",
    "oldpassword": "current-password",
    "password1": "new-password",
    "password2": "new-password",
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postcode": "postal-code",
    "country": "country",
    "phone": "tel",
    "code": "one-time-code",
}
FIELD = re.compile(r"<(?:input|select)\b[^>]*>")
FORMS = {
    "name": NameForm,
    "delivery": DeliveryForm,
    "find": FindOrderForm,
    "withdraw": WithdrawForm,
    "address": SavedAddressForm,
}
PAGES = ("login/", "signup/", "password/reset/")
PAGES_OF_MEMBERS = ("email/", "password/change/", "reauthenticate/", "2fa/totp/activate/")


def tokens(html: str) -> Iterator[tuple[str, str]]:
    """The name and the last token of each field that is about a person."""
    for field in FIELD.findall(html):
        facts = dict(re.findall(r'(name|type|autocomplete)="([^"]*)"', field))
        if facts.get("name") in TOKENS and facts.get("type") != "hidden":
            yield facts["name"], facts.get("autocomplete", "").rpartition(" ")[2]


def assert_told(html: str) -> None:
    found = list(tokens(html))

    assert found
    assert [pair for pair in found if TOKENS[pair[0]] != pair[1]] == []


@pytest.mark.parametrize("name", FORMS)
def test_a_form_says_which_of_its_fields_are_about_its_reader(name):
    assert_told(FORMS[name]().as_p())


@pytest.mark.parametrize("address", PAGES)
def test_a_door_says_which_of_its_fields_are_about_its_reader(address, client):
    assert_told(client.get(f"/accounts/{address}").text.partition("<main")[2])


def test_a_page_of_an_account_says_which_of_its_fields_are_about_its_reader(client):
    doors.member()
    doors.sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": doors.PASSWORD})

    for address in PAGES_OF_MEMBERS:
        assert_told(client.get(f"/accounts/{address}").text.partition("<main")[2])
