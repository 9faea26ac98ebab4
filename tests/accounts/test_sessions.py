"""The page that shows where one is signed in, and ends it."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import sessions
from accounts.devices import name_of
from accounts.models import OutboxMessage, User
from accounts.session_store import SessionStore
from accounts.tasks import clear_sessions

from .doors import PASSWORD, is_in, member
from .signing_in import FIREFOX, row_of, sign_in, wait

pytestmark = pytest.mark.django_db
LIST = "/accounts/sessions/"


@pytest.fixture
def sam() -> User:
    return member()


@pytest.fixture
def here(sam):
    return sign_in(sam, headers={"user-agent": FIREFOX})


@pytest.fixture
def there(sam):
    return sign_in(sam, headers={"user-agent": "curl/8.0"}, REMOTE_ADDR="203.0.113.7")


def end(client, other) -> int:
    return client.post(f"{LIST}{row_of(other).pk}/end/").status_code


def test_the_list_is_for_those_who_are_signed_in(client):
    assert client.get(LIST)["Location"] == f"/accounts/login/?next={LIST}"


def test_each_session_has_its_device_its_address_and_its_times(here, there):
    wait(timedelta(hours=3))
    earlier = row_of(there).created_at

    page = here.get(LIST).text

    assert "Firefox on Windows" in page
    assert ">curl<" in page
    assert "203.0.113.7" in page
    assert timezone.localtime(earlier).strftime("%-d %B %Y, %H:%M") in page
    assert page.count("Now, this one") == 1


def test_the_last_seen_comes_first(sam, here, there):
    UserSession.objects.filter(pk=row_of(here).pk).update(last_seen_at=timezone.now())

    listed = sessions.list_of(user=sam, current="", now=timezone.now())

    assert [session.pk for session in listed] == [row_of(here).pk, row_of(there).pk]


def test_other_peoples_sessions_are_not_in_the_list(here):
    sign_in(member("else@example.org"), REMOTE_ADDR="203.0.113.9")

    assert "203.0.113.9" not in here.get(LIST).text


def test_more_sessions_need_no_more_queries(sam, here, django_assert_num_queries):
    here.get(LIST)
    with django_assert_num_queries(5):
        here.get(LIST)
    for _ in range(20):
        sign_in(sam)

    with django_assert_num_queries(5):
        page = here.get(LIST)

    assert page.text.count('class="slip"') == 21


def test_what_has_ended_is_not_in_the_list(sam, here, there):
    Session.objects.filter(pk=there.session.session_key).delete()
    assert here.get(LIST).text.count('class="slip"') == 1

    sign_in(sam)
    wait(timedelta(hours=13))
    now = sign_in(sam)

    assert now.get(LIST).text.count('class="slip"') == 1


def test_one_session_is_ended(here, there):
    assert end(here, there) == 302

    assert not is_in(there)
    assert is_in(here)
    assert UserSession.objects.count() == 1


def test_a_page_that_was_under_way_when_its_session_was_ended_does_not_go_on(here, there):
    under_way = SessionStore(there.session.session_key)
    assert under_way.is_signed_in
    end(here, there)

    with pytest.raises(SessionInterrupted):
        under_way.cycle_key()

    assert Session.objects.count() == UserSession.objects.count() == 1
    assert is_in(here)


def test_ending_this_session_signs_out(here, there):
    page = here.post(f"{LIST}{row_of(here).pk}/end/", follow=True)

    assert "You are signed out." in page.text
    assert not is_in(here)
    assert is_in(there)


def test_nobody_ends_a_session_of_somebody_else(here):
    stranger = sign_in(member("else@example.org"))

    assert end(stranger, here) == 404
    assert is_in(here)


@pytest.mark.parametrize("number", ["0", "99999999", "9" * 30])
def test_a_session_that_is_not_there_is_not_found(here, number):
    assert here.post(f"{LIST}{number}/end/").status_code == 404


def test_ending_happens_by_post_alone(here):
    for act in (f"{row_of(here).pk}/end/", "end-others/", "end-all/"):
        assert here.get(f"{LIST}{act}").status_code == 405
    assert is_in(here)


def test_all_others_are_ended_and_this_one_goes_on(here, there):
    since = row_of(here).created_at
    here.post(f"{LIST}end-others/")

    assert is_in(here)
    assert not is_in(there)
    assert row_of(here).created_at == since
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize("act", ["end-others", "end-all"])
def test_a_session_that_is_in_no_list_is_ended_too(here, there, act):
    UserSession.objects.filter(pk=row_of(there).pk).delete()

    here.post(f"{LIST}{act}/")

    assert not is_in(there)


def test_all_are_ended_with_this_one(here, there):
    page = here.post(f"{LIST}end-all/", follow=True)

    assert "You are signed out everywhere." in page.text
    assert not is_in(here)
    assert not is_in(there)
    assert not UserSession.objects.exists()


def test_ending_ones_sessions_leaves_others_alone(here):
    stranger = sign_in(member("else@example.org"))

    here.post(f"{LIST}end-all/")

    assert is_in(stranger)


def test_signing_out_leaves_nothing_in_the_list(here):
    here.post("/accounts/logout/")

    assert not UserSession.objects.exists()


def test_a_changed_password_ends_the_other_sessions_and_the_mail_says_so(here, there):
    since, old_key = row_of(here).created_at, here.session.session_key
    form = {
        "oldpassword": PASSWORD,
        "password1": "moss-on-slate-77",
        "password2": "moss-on-slate-77",
    }
    here.post("/accounts/password/change/", form)

    assert UserSession.objects.count() == Session.objects.count() == 1
    assert is_in(here)
    assert not is_in(there)
    assert row_of(here).created_at == since
    assert here.session.session_key != old_key
    assert "password" in OutboxMessage.objects.latest("pk").subject.lower()


def test_a_reset_password_ends_all_sessions(sam, here, client):
    client.post("/accounts/password/reset/", {"email": sam.email})
    link = OutboxMessage.objects.latest("pk").body.partition("/accounts/")[2].split()[0]
    page = client.get(f"/accounts/{link}", follow=True)
    new = {"password1": "moss-on-slate-77", "password2": "moss-on-slate-77"}
    client.post(page.redirect_chain[-1][0], new)

    assert not UserSession.objects.exists()
    assert not is_in(here)
    sam.refresh_from_db()
    assert sam.check_password("moss-on-slate-77")


def test_the_sweep_forgets_what_has_ended_and_nothing_else(sam, here):
    lost = sign_in(sam)
    Session.objects.filter(pk=lost.session.session_key).delete()
    other = member("else@example.org")
    sign_in(other)
    other.set_password("moss-on-slate-77")
    other.save()

    clear_sessions.call()

    assert [row.pk for row in UserSession.objects.all()] == [row_of(here).pk]


def test_the_sweep_goes_on_after_its_first_batch(sam, here, monkeypatch):
    monkeypatch.setattr(sessions, "SWEEP_SIZE", 2)
    for _ in range(5):
        Session.objects.filter(pk=sign_in(sam).session.session_key).delete()
    UserSession.objects.all().update(last_seen_at=timezone.now())

    clear_sessions.call()

    assert UserSession.objects.count() == 1


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like "
            "Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge on macOS",
        ),
        ("curl/8.0", "curl"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_devices_have_names_in_words(user_agent, words):
    assert name_of(user_agent) == words
