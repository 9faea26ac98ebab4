"""When Google or GitHub say no, nothing, or nonsense: a page with ways on, and nothing is made."""

import logging

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import OutboxMessage, User
from tests.fake_sign_in import FakeGitHub, FakeGoogle

from .conftest import come_back, leave_for, link, linked, nadia, sign_in, signed_in, who_is_in
from .doors import member

pytestmark = pytest.mark.django_db

EACH_STEP = [("google", step) for step in FakeGoogle.steps] + [
    ("github", step) for step in FakeGitHub.steps
]
NONSENSE = [
    "",
    "<html>Sorry</html>",
    "null",
    "[]",
    "7",
    '"text"',
    "[7]",
    '{"access_token": null}',
    '{"access_token": "x", "id_token": "y"}',
    '{"access_token": "x", "id_token": 7}',
    '{"access_token": "x", "expires_in": "soon"}',
    '{"id": null}',
    '{"id": {}}',
    '[{"email": 7}]',
    '[{"email": 7, "primary": 7, "verified": 7}]',
]


@pytest.fixture(autouse=True)
def _nothing_is_made():
    yield
    assert not User.objects.exclude(email="sam@example.org").exists()
    assert not SocialAccount.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.fixture
def troubled(request, name):
    return request.getfixturevalue(name)


def is_told(page, words: str) -> bool:
    """The shop's own page, with a way on."""
    return page.status_code == 401 and words in page.text and "Browse the books" in page.text


@pytest.mark.slow
@pytest.mark.parametrize(("name", "step"), EACH_STEP)
@pytest.mark.parametrize("trouble", ["fail", "drop", *NONSENSE])
def test_a_site_that_is_down_or_talks_nonsense_lets_nobody_in(
    client, troubled, name, step, trouble
):
    troubled.trouble[step] = trouble or " "

    page = sign_in(client, troubled)

    if step == "emails" and trouble in ("null", "[]"):
        assert page.status_code == 403
    else:
        assert is_told(page, "No answer from")
    assert not who_is_in(client)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "step"), EACH_STEP)
def test_a_site_that_keeps_silent_is_not_waited_for(client, troubled, name, step, settings):
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.2
    troubled.trouble[step] = "hang"

    assert is_told(sign_in(client, troubled), "No answer from")


def test_a_site_that_nobody_reaches_lets_nobody_in(client, site):
    address = site.agree(leave_for(client, site))
    site.stop()

    assert is_told(come_back(client, address), "No answer from")


@pytest.mark.parametrize(
    "facts", [{"aud": "another shop"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": ""}]
)
def test_a_token_for_somebody_else_lets_nobody_in(client, google, facts, monkeypatch):
    token = google.id_token(**facts)
    monkeypatch.setattr(google, "id_token", lambda: token)

    assert is_told(sign_in(client, google), "No answer from Google")


def test_a_code_that_was_meant_for_another_browser_is_worth_nothing(client, site):
    """Somebody slips in the code of their own sign-in: the proof that belongs to it is missing."""
    theirs = site.agree(leave_for(Client(), site))
    mine = site.agree(leave_for(client, site))
    code, state = theirs.partition("&state=")[0], mine.partition("&state=")[2]

    assert is_told(come_back(client, f"{code}&state={state}"), "No answer from")


def test_the_log_names_the_trouble_and_nothing_secret(client, site, caplog):
    site.trouble["token"] = '{"error": "secret words"}'
    with caplog.at_level(logging.WARNING, "accounts"):
        sign_in(client, site)

    (record,) = [record for record in caplog.records if record.name == "accounts.social"]
    assert record.getMessage() == f"Sign-in by {site.id} failed: OAuth2Error"


@pytest.mark.parametrize("state", ["", "nobody-gave-this"])
def test_a_state_that_this_browser_was_not_given_is_refused(client, site, state):
    address = site.agree(leave_for(client, site)).partition("&state=")[0]

    page = come_back(client, f"{address}&state={state}")

    assert is_told(page, "This sign-in has run out")
    assert site.asked == []


def test_a_way_in_is_good_for_the_browser_it_began_in(client, site):
    address = site.agree(leave_for(client, site))

    assert is_told(come_back(Client(), address), "This sign-in has run out")


def test_the_state_of_one_site_is_no_good_for_the_other(client, google, github):
    state = google.agree(leave_for(client, google)).partition("&state=")[2]

    page = client.get("/accounts/github/login/callback/", {"code": "1", "state": state})

    assert is_told(page, "This sign-in has run out")


def test_consent_that_is_denied_is_fine(client, site):
    page = come_back(client, site.deny(leave_for(client, site)))

    assert page.redirect_chain == [("/accounts/3rdparty/login/cancelled/", 302)]
    assert "You said no" in page.text
    assert 'href="/accounts/login/"' in page.text
    assert site.asked == []


def test_another_error_of_theirs_is_told_as_such(client, site):
    state = leave_for(client, site).partition("&state=")[2].partition("&")[0]

    page = client.get(
        f"/accounts/{site.id}/login/callback/", {"error": "server_error", "state": state}
    )

    assert is_told(page, "No answer from")


def test_trouble_while_linking_leads_back_to_the_account_page(site):
    client = signed_in(member("sam@example.org"))
    site.trouble["token"] = "fail"

    page = link(client, site)

    assert page.status_code == 401
    assert 'href="/accounts/3rdparty/"' in page.text


def test_allauths_own_page_for_errors_is_the_shops(client):
    page = client.get("/accounts/3rdparty/login/error/")

    assert is_told(page, "This sign-in has run out")


class TestReplays:
    """These begin with somebody who is let in."""

    @pytest.fixture(autouse=True)
    def _nothing_is_made(self):
        """Overrides the one above."""

    def test_a_way_in_is_good_once(self, client, site):
        linked(nadia(), site.id)
        address = site.agree(leave_for(client, site))
        come_back(client, address)
        client.post("/accounts/logout/")

        page = come_back(client, address)

        assert is_told(page, "This sign-in has run out")
        assert not who_is_in(client)
        assert site.asked.count("token") == 1
