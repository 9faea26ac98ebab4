"""A form that is sent empty says what is missing, in words of the shop."""

import pytest

from .second_factors import confirm, give_app, reader, second_step, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client):
    sign_in(client, reader())
    confirm(client)
    return client


@pytest.mark.parametrize(
    "address",
    ["login/", "signup/", "password/reset/"],
)
def test_at_the_doors(client, address):
    page = client.post(f"/accounts/{address}", {}).text

    assert "Email address</a>: Please enter your email address." in page
    assert "This field is required" not in page


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("reauthenticate/", "Password</a>: Please enter your password."),
        ("password/change/", "New password, once more</a>: Please enter it once more."),
        ("email/", "New email address</a>: Please enter the new address."),
        ("2fa/totp/activate/", "Code</a>: Please enter the code."),
        ("delete/", "Please tick the box if you are sure.</p>"),
    ],
)
def test_in_an_account(member, address, words):
    page = member.post(f"/accounts/{address}", {"action_add": ""}).text

    assert words in page
    assert "This field is required" not in page


def test_at_the_second_step(client):
    user = reader()
    give_app(user)
    sign_in(client, user)

    assert "Code</a>: Please enter the code." in second_step(client, "").text
