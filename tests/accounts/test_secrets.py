"""Nothing that lasts, no log and no address, holds a password, a key or an email address."""

import logging

import pytest
from django.conf import settings as django_settings
from django.test import Client

from .doors import (
    OTHER_PASSWORD,
    PASSWORD,
    ask_for_reset,
    link_in,
    mails_to,
    member,
    reset,
    sign_in,
    sign_up,
)

pytestmark = pytest.mark.django_db
SAM = "sam@example.org"


@pytest.fixture
def log(caplog):
    """What the console of the shop shows, of every level."""
    caplog.set_level(logging.DEBUG)
    settings = dict(django_settings.LOGGING["formatters"]["line"])
    caplog.handler.setFormatter(settings.pop("()")(**settings))
    # Statements of the database stand in no log but that of a developer who asks for them.
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    return caplog


def key_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def test_the_doors_write_no_secret_into_the_log(log):
    member(SAM)
    sign_in(Client(), password="wrong-words-91")
    sign_in(Client())
    sign_up(Client(), "new@example.org")
    confirm = link_in(mails_to("new@example.org")[0])
    Client().get(confirm)
    ask_for_reset(Client(), SAM)
    choose = link_in(mails_to(SAM)[-1])
    reset(Client(), choose)

    for secret in (PASSWORD, OTHER_PASSWORD, "wrong-words-91", SAM, "new@example.org"):
        assert secret not in log.text
    for link in (choose, confirm):
        assert key_of(link) not in log.text


@pytest.mark.parametrize("what_breaks", ["reset", "confirm", "order"])
def test_a_page_that_breaks_logs_its_name_without_the_key(log, monkeypatch, what_breaks):
    member(SAM)
    client = Client(raise_request_exception=False)
    if what_breaks == "reset":
        ask_for_reset(Client(), SAM)
        link = link_in(mails_to(SAM)[-1])
        monkeypatch.setattr("accounts.door_forms.theirs.UserTokenForm.clean", breaks)
    elif what_breaks == "confirm":
        sign_up(Client(), "new@example.org")
        link = link_in(mails_to("new@example.org")[0])
        monkeypatch.setattr("accounts.confirming.is_owner", breaks)
    else:
        link = "/orders/open/WyJBQkMiXQ:1abc:signature/"
        monkeypatch.setattr("shop.views.orders.signing.loads", breaks)

    assert client.get(link).status_code == 500

    assert "Internal Server Error" in log.text
    assert key_of(link) not in log.text


def breaks(*args, **kwargs):
    raise RuntimeError("broken")


def test_the_console_is_the_only_handler_and_leaves_keys_out():
    assert django_settings.LOGGING["handlers"]["console"]["formatter"] == "line"
    assert django_settings.LOGGING["root"]["handlers"] == ["console"]


def test_a_session_holds_no_password():
    client = Client()
    sign_up(client, "new@example.org")
    member(SAM)
    other = Client()
    sign_in(other)
    other.post("/accounts/email/", {"action_add": "", "email": "next@example.org"})

    for session in (client.session, other.session):
        assert PASSWORD not in str(dict(session.items()))


def test_pages_of_accounts_stay_in_no_cache(client):
    member()
    sign_in(client)

    for address in ("/accounts/", "/accounts/email/", "/accounts/password/change/"):
        page = client.get(address)
        assert "no-store" in page["Cache-Control"], address
        assert page["Referrer-Policy"] == "same-origin", address
