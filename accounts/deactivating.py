"""Closing the door to somebody, and opening it again. Nothing of theirs is deleted but their sessions."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from . import running, sessions
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


class LastOne(CannotDeactivate):
    """Nobody would be left to run the shop."""


@transaction.atomic
def deactivate(*, user: User, who: User | None) -> None:
    """Let `user` in no more, by whatever way, and end every session of theirs at once.

    `who` does it; nobody means the operator at the machine. Links to reset the password that were
    sent before are void. Doing it twice is doing it once. Two superusers who do this to each other
    at the same moment, or to the last two managers: the later one is refused. Raises
    CannotDeactivate.
    """
    locked = running.hold(user, who)
    if who is not None and who.pk == user.pk:
        raise Oneself
    _check_rank(locked[user.pk], who and locked.get(who.pk, who))
    if last := running.of_which_last(user.pk):
        raise LastOne(_words_of(last))
    User.objects.filter(pk=user.pk).update(is_active=False)
    sessions.end_all(user=user)
    user.refresh_from_db(fields=["is_active"])
    log.info("user %s deactivated by %s", user.pk, who.pk if who else "the operator")


@transaction.atomic
def reactivate(*, user: User, who: User | None) -> None:
    """Let `user` sign in again; no session comes back. Raises CannotDeactivate as `deactivate` does."""
    locked = running.hold(user, who)
    _check_rank(locked[user.pk], who and locked.get(who.pk, who))
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db(fields=["is_active"])
    log.info("user %s reactivated by %s", user.pk, who.pk if who else "the operator")


@transaction.atomic
def sign_out(*, user: User, who: User) -> None:
    """End every session of `user`, who can sign in again at once. Raises CannotDeactivate.

    For a device that was lost, or a stranger in the account who knows no password.
    """
    locked = running.hold(user, who)
    _check_rank(locked[user.pk], locked.get(who.pk, who))
    sessions.end_all(user=user)
    log.info("user %s signed out everywhere by %s", user.pk, who.pk)


def _check_rank(user: User, who: User | None) -> None:
    if user.has_rank and who is not None and not (who.is_superuser and who.is_active):
        raise ForSuperusers


def _words_of(last: set[running.Post]) -> str:
    if running.Post.SUPERUSER in last:
        return _("This is the last active superuser.")
    return _("This is the last active manager. Make somebody else one first.")
