"""Where somebody is signed in: to see, and to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from .devices import name_of
from .models import User

SWEEP_SIZE = 1000


@dataclass(frozen=True)
class SignedIn:
    """One place where somebody is signed in."""

    pk: int
    device: str
    ip: str
    since: datetime
    last_seen_at: datetime
    is_this_one: bool


def list_of(*, user: User, current: str, now: datetime) -> list[SignedIn]:
    """The sessions of `user` that are good for something, the last seen first.

    `current` is the key of the one that asks. Two queries, however many there are.
    """
    rows = UserSession.objects.filter(user=user).select_related("user")
    return [
        SignedIn(
            pk=row.pk,
            device=name_of(row.user_agent),
            ip=row.ip,
            since=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this_one=row.session_key == current,
        )
        for row in _alive(rows.order_by("-last_seen_at", "-pk"), now)
    ]


def count_others(*, user: User, current: str, now: datetime) -> int:
    """On how many devices `user` is signed in besides the one that asks. Two queries."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=current)
    return len(_alive(rows.select_related("user"), now))


@transaction.atomic
def end(*, session: UserSession) -> None:
    """End one session: its very next request is a stranger's."""
    Session.objects.filter(session_key=session.session_key).delete()
    session.delete()


@transaction.atomic
def end_all(*, user: User, keep: str = "") -> None:
    """End every session of `user`, those too that are in no list.

    `user` has the new epoch afterwards. What the session with the key `keep` holds is kept, but it
    must take over the new hash of the user (update_session_auth_hash), or it has ended too. Of two
    who do this at once from two sessions, the later one stays.
    """
    User.objects.filter(pk=user.pk).update(sessions_epoch=F("sessions_epoch") + 1)
    user.refresh_from_db(fields=["sessions_epoch"])
    delete_all(user=user, keep=keep)


@transaction.atomic
def delete_all(*, user: User, keep: str = "") -> None:
    """Delete what is kept of the sessions of `user` in the list, but for the one with the key `keep`.

    Alone it does not end a session that is not in the list: see `end_all`.
    """
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
    Session.objects.filter(session_key__in=rows.values("session_key")).delete()
    rows.delete()


def forget_ended(*, now: datetime) -> int:
    """Delete from the lists all sessions that have ended; how many they were."""
    forgotten = last = 0
    rows = UserSession.objects.select_related("user").order_by("pk")
    while some := list(rows.filter(pk__gt=last)[:SWEEP_SIZE]):
        ended = {row.pk for row in some} - {row.pk for row in _alive(some, now)}
        forgotten += UserSession.objects.filter(pk__in=ended).delete()[0]
        last = some[-1].pk
    return forgotten


def _alive(rows: Iterable[UserSession], now: datetime) -> list[UserSession]:
    """Those whose session has not ended and still signs their user in. One query more."""
    listed = list(rows)
    kept = Session.objects.filter(
        session_key__in=[row.session_key for row in listed], expire_date__gt=now
    )
    data = {session.session_key: session.get_decoded() for session in kept}
    return [row for row in listed if _signs_in(row.user, data.get(row.session_key, {}))]


def _signs_in(user: User, data: Mapping[str, Any]) -> bool:
    """Whether Django would take these data of a session for those of `user`."""
    if not user.is_active or data.get(SESSION_KEY) != str(user.pk):
        return False
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(data.get(HASH_SESSION_KEY, ""), good) for good in hashes)
