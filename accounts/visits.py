"""What a request tells about the session it belongs to: that it is in use, where and on what."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse

from . import sessions
from .models import User

# Writing at every visit would cost more than most pages.
NOTED_EVERY = timedelta(minutes=5)
PUT_OFF_EVERY = timedelta(days=1)
LONGEST_USER_AGENT = UserSession._meta.get_field("user_agent").max_length


def note(request: HttpRequest, response: HttpResponse, *, now: datetime) -> None:
    """Note the visit of whoever is signed in, and put off the end of the session.

    Only where the page has read the session, and when the last time is a while ago. A session that
    the page has changed is saved anyway, which puts off its end.
    """
    session: Any = request.session
    if not session.accessed or not session.keys():
        return
    step = NOTED_EVERY if session.is_signed_in else PUT_OFF_EVERY
    is_due = session.was_written_before(now - step)
    if not is_due and not session.modified:
        return
    is_listed = not request.user.is_authenticated or _note_in_list(request, now)
    # Asking who it is may have ended the session.
    if session.modified or not session.put_off():
        return
    if not is_listed:
        UserSession.objects.create_from_request(request)
    if not session.get_expire_at_browser_close():
        _send_cookie(request, response)


def change_key(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Whoever has just proved again who they are goes on under a key that nobody can have seen."""
    if kwargs.get("reauthenticated"):
        request.session.cycle_key()


def keep_this_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """After a change of the password: the other sessions are over, so nothing is kept of them."""
    sessions.delete_all(user=user, keep=request.session.session_key or "")


def keep_no_session(sender: Any, user: User, **kwargs: Any) -> None:
    """After a reset of the password by mail."""
    sessions.delete_all(user=user)


def end_other_sessions(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """After a change of the address: who was in by the old one must sign in again."""
    if request.user == user:
        sessions.end_all(user=user, keep=request.session.session_key or "")
        update_session_auth_hash(request, user)


def _note_in_list(request: HttpRequest, now: datetime) -> bool:
    """Note the visit in the list of sessions; False if this one is not in it."""
    rows = UserSession.objects.filter(session_key=request.session.session_key, user=request.user)
    noted = rows.update(
        last_seen_at=now,
        ip=get_adapter().get_client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:LONGEST_USER_AGENT],
    )
    return bool(noted)


def _send_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """The cookie of the session once more, with a later end, as SessionMiddleware writes it."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        request.session.session_key or "",
        max_age=request.session.get_expiry_age(),
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
