"""People who sign in through the pages."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client

from accounts.models import User

from .doors import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def sign_in(user: User, *, remember: bool = False, **extra) -> Client:
    """A browser of its own, in which `user` has signed in."""
    client = Client(**extra)
    form = {"login": user.email, "password": PASSWORD}
    response = client.post("/accounts/login/", form | ({"remember": "on"} if remember else {}))
    assert response.status_code == 302, response.content
    return client


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def wait(span: timedelta) -> None:
    """Let the sessions be as if `span` had passed without a visit."""
    Session.objects.update(expire_date=F("expire_date") - span)
    UserSession.objects.update(
        created_at=F("created_at") - span, last_seen_at=F("last_seen_at") - span
    )
