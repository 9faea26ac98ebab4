"""Which second factors somebody has, has proven in this session, and has lost."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import sessions
from .models import User

log = logging.getLogger("bookstore.accounts")


def is_proven(request: HttpRequest) -> bool:
    """Whether this session was opened, or its owner asked again, with a second factor they still have.

    An app, a recovery code or a passkey: each counts, and so does signing in by passkey alone.
    """
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records) and is_mfa_enabled(request.user)


def address_to_prove_one(user: User | AnonymousUser) -> str | None:
    """The page that asks for a second factor which the user has; None when there is none."""
    ways = get_adapter().get_reauthentication_methods(user)
    addresses = [way["url"] for way in ways if way["id"].startswith("mfa_reauthenticate")]
    return addresses[0] if addresses else None


def prove_new_one(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any
) -> None:
    """Whoever has just set up an app or a passkey has shown that they hold it.

    They gave their password or another factor minutes ago: nothing is set up without.
    """
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request,
            user,
            "mfa",
            id=authenticator.pk,
            type=authenticator.type,
            reauthenticated=True,
        )


def tell_codes_left(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any
) -> None:
    """Say in the page and by mail that a recovery code was used, and how many there are now."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    # Read again: the one at hand may be from before the code was crossed out.
    authenticator = Authenticator.objects.get(pk=authenticator.pk)
    left = len(authenticator.wrap().get_unused_codes())
    messages.warning(request, words_for(left))
    # Said anew in the mail, whose language may be another than that of the page.
    words = {"words": lazy(words_for, str)(left)}
    get_adapter().send_notification_mail("mfa/email/recovery_code_used", user, words)


def words_for(left: int) -> str:
    if not left:
        return _("That was your last recovery code. Please make new ones soon.")
    return ngettext(
        "That recovery code is used up. You have %(number)d more.",
        "That recovery code is used up. You have %(number)d more.",
        left,
    ) % {"number": left}


@transaction.atomic
def remove_all(*, user: User) -> int:
    """Take every second factor from somebody who has lost them, and end all their sessions.

    They sign in by password again, and are told by mail. Returns how many factors there were; with
    none, nothing is changed.
    """
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    if removed:
        sessions.end_all(user=user)
        get_adapter().send_mail("mfa/email/all_removed", user.email, {"user": user})
        log.warning("All %d second factors of user %s were removed", removed, user.pk)
    return removed
