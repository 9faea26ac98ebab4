"""How long a sign-in lasts, what is noted of its visits, and when its key changes."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import BookFactory

from .doors import PASSWORD, is_in, member
from .signing_in import FIREFOX, row_of, sign_in, wait

pytestmark = pytest.mark.django_db
COOKIE = django_settings.SESSION_COOKIE_NAME
SIXTY_DAYS = timedelta(days=60)


@pytest.fixture
def sam():
    return member()


def lasts(client: Client) -> timedelta:
    """How long the session lives on without a visit, to the hour."""
    left = Session.objects.get(pk=client.cookies[COOKIE].value).expire_date - timezone.now()
    return timedelta(hours=round(left.total_seconds() / 3600))


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]


def reauthenticate(client: Client, **form: str):
    return client.post("/accounts/reauthenticate/", form)


def test_who_is_remembered_stays_for_sixty_days_without_a_visit(sam):
    client = sign_in(sam, remember=True)

    assert int(client.cookies[COOKIE]["max-age"]) == SIXTY_DAYS.total_seconds()
    wait(timedelta(days=59))
    assert is_in(client)
    assert lasts(client) == SIXTY_DAYS
    wait(timedelta(days=61))
    assert not is_in(client)


def test_who_is_not_remembered_goes_with_the_browser_or_after_twelve_hours(sam):
    client = sign_in(sam)

    assert client.cookies[COOKIE]["max-age"] == ""
    wait(timedelta(hours=11))
    assert is_in(client)
    assert client.cookies[COOKIE]["max-age"] == ""
    assert lasts(client) == timedelta(hours=12)
    wait(timedelta(hours=13))
    assert not is_in(client)


def test_a_basket_of_a_visitor_lasts_sixty_days_from_the_last_visit(client):
    client.post(f"/basket/add/{BookFactory().ean}/")
    assert lasts(client) == SIXTY_DAYS

    wait(timedelta(days=30))
    del client.cookies[COOKIE]["max-age"]
    client.get("/basket/")

    assert lasts(client) == SIXTY_DAYS
    assert int(client.cookies[COOKIE]["max-age"]) == SIXTY_DAYS.total_seconds()


def test_a_visit_is_noted_with_its_time_its_address_and_its_device(sam):
    client = sign_in(sam)
    wait(timedelta(minutes=6))
    before = timezone.now()

    client.get("/terms/", headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.8")

    row = row_of(client)
    assert row.last_seen_at >= before
    assert (row.ip, row.user_agent) == ("203.0.113.8", FIREFOX)


def test_most_visits_write_nothing(sam):
    client = sign_in(sam)
    client.get("/terms/")
    wait(timedelta(minutes=4))

    with CaptureQueriesContext(connection) as queries:
        client.get("/terms/")

    assert writes(queries) == []


def test_a_visit_that_is_noted_writes_twice(sam):
    client = sign_in(sam)
    client.get("/terms/")
    wait(timedelta(minutes=6))

    with CaptureQueriesContext(connection) as queries:
        client.get("/terms/")
    assert len(writes(queries)) == 2

    with CaptureQueriesContext(connection) as again:
        client.get("/terms/")
    assert writes(again) == []


def test_a_visitor_without_a_session_is_asked_nothing(client, django_assert_num_queries):
    client.get("/terms/")

    with django_assert_num_queries(0):
        response = client.get("/terms/")

    assert COOKIE not in response.cookies


def test_a_page_that_does_not_look_at_the_session_does_not_load_it(sam, django_assert_num_queries):
    client = sign_in(sam)
    wait(timedelta(days=1) / 4)

    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_a_visit_does_not_undo_what_another_request_writes(sam):
    """Only the end is written, so the data of a request in between stay."""
    client = sign_in(sam)
    wait(timedelta(minutes=6))
    data = Session.objects.get().session_data

    client.get("/terms/")

    assert Session.objects.get().session_data == data


def test_a_session_that_is_in_no_list_comes_into_it(sam):
    client = sign_in(sam)
    UserSession.objects.all().delete()
    wait(timedelta(minutes=6))

    client.get("/terms/")

    assert row_of(client).user == sam


def test_a_visit_brings_no_ended_session_back(sam, monkeypatch):
    """Somebody ends it while its page is being made."""
    client = sign_in(sam)
    wait(timedelta(minutes=6))

    def end_it(request):
        Session.objects.all().delete()
        return original(request)

    from bookstore import middleware

    original = middleware._reader
    monkeypatch.setattr(middleware, "_reader", end_it)

    assert client.get("/terms/").status_code == 200
    assert not Session.objects.exists()


def test_the_page_is_answered_when_the_visit_cannot_be_noted(sam, monkeypatch, caplog):
    client = sign_in(sam)
    wait(timedelta(minutes=6))

    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("accounts.visits._note_in_list", fail)

    assert client.get("/terms/").status_code == 200
    assert "visit not noted: DatabaseError" in caplog.text


def test_a_password_given_again_changes_the_key_and_keeps_the_row(sam):
    client = sign_in(sam)
    old_key, row = client.session.session_key, row_of(client)
    thief = Client()
    thief.cookies[COOKIE] = old_key
    assert is_in(thief)

    assert reauthenticate(client, password=PASSWORD).status_code == 302

    assert client.session.session_key != old_key
    assert is_in(client)
    followed = row_of(client)
    assert (followed.pk, followed.created_at) == (row.pk, row.created_at)
    thief.cookies[COOKIE] = old_key
    assert not is_in(thief)


def test_a_wrong_password_changes_nothing(sam):
    client = sign_in(sam)
    old_key = client.session.session_key

    reauthenticate(client, password="wrong")

    assert client.session.session_key == old_key


def test_a_code_of_the_authenticator_changes_the_key_too(sam):
    client = sign_in(sam)
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(sam, secret)
    old_key, row = client.session.session_key, row_of(client)
    code = totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )

    response = client.post("/accounts/2fa/reauthenticate/", {"code": code})

    assert response.status_code == 302
    assert client.session.session_key != old_key
    assert row_of(client).pk == row.pk
    assert not Session.objects.filter(pk=old_key).exists()
