"""Closing the door to somebody, and opening it again. Nothing of theirs is deleted but their sessions."""

import logging

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from . import sessions
from .models import User

log = logging.getLogger("bookstore.accounts")


class CannotDeactivate(Exception):
    """Base of every refusal here; str() is written for staff, and nothing was changed."""


class Oneself(CannotDeactivate):
    def __init__(self) -> None:
        super().__init__(_("Nobody can deactivate themself."))


class ForSuperusers(CannotDeactivate):
    def __init__(self) -> None:
        super().__init__(_("Only a superuser can do this to one of the staff."))


class LastSuperuser(CannotDeactivate):
    def __init__(self) -> None:
        super().__init__(_("This is the last active superuser."))


@transaction.atomic
def deactivate(*, user: User, who: User | None) -> None:
    """Let `user` in no more, by whatever way, and end every session of theirs at once.

    `who` does it; nobody means the operator at the machine. Links to reset the password that were
    sent before are void. Doing it twice is doing it once. Two superusers who do this to each other
    at the same moment: the later one is refused. Raises CannotDeactivate.
    """
    locked = _locked(user, who)
    if who is not None and who.pk == user.pk:
        raise Oneself
    _check_rank(locked[user.pk], who and locked.get(who.pk, who))
    others = [row for pk, row in locked.items() if pk != user.pk]
    if locked[user.pk].is_superuser and not any(
        row.is_superuser and row.is_active for row in others
    ):
        raise LastSuperuser
    User.objects.filter(pk=user.pk).update(is_active=False)
    sessions.end_all(user=user)
    user.refresh_from_db(fields=["is_active"])
    log.info("user %s deactivated by %s", user.pk, who.pk if who else "the operator")


@transaction.atomic
def reactivate(*, user: User, who: User | None) -> None:
    """Let `user` sign in again; no session comes back. Raises CannotDeactivate as `deactivate` does."""
    locked = _locked(user, who)
    _check_rank(locked[user.pk], who and locked.get(who.pk, who))
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db(fields=["is_active"])
    log.info("user %s reactivated by %s", user.pk, who.pk if who else "the operator")


def _locked(user: User, who: User | None) -> dict[int, User]:
    """Both, and all active superusers, as they are now; locked in ascending pk, so that none wait in a ring."""
    named = Q(pk=user.pk) | Q(pk=who.pk if who else None)
    rows = User.objects.filter(named | Q(is_superuser=True, is_active=True)).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}


def _check_rank(user: User, who: User | None) -> None:
    if user.has_rank and who is not None and not (who.is_superuser and who.is_active):
        raise ForSuperusers
