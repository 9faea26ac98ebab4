"""Mails about accounts, with a reader who is made up: see accounts/samples.py."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from .adapter import HOW_LONG
from .factors import words_for
from .models import User
from .samples import Sample

NADIA = User(email="nadia@example.org", name="Nadia Rahman")
CHANGE = {
    "user": NADIA,
    "email": NADIA.email,
    "timestamp": datetime(2026, 11, 26, 19, 42, tzinfo=UTC),
    "ip": "198.51.100.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
}


def _link(name: str, address: str) -> Mapping[str, Any]:
    url = f"{settings.SITE_URL}/accounts/{address}"
    return {"user": NADIA, "email": NADIA.email, **HOW_LONG, name: url}


def _asked(name: str, title: Any, link: str = "", address: str = "") -> Sample:
    """A mail that somebody asked for by a form."""
    return Sample(
        name.replace("_", "-"), title, f"account/email/{name}", lambda: _link(link, address)
    )


def _told(template: str, title: Any, **more: Any) -> Sample:
    """A mail that tells of a change in an account."""
    name = template.rpartition("/")[2].replace("_", "-")
    return Sample(name, title, template, lambda: {**CHANGE, **more})


HEADING = _("Accounts")
SAMPLES = [
    _asked("email_confirmation_signup", _("Confirm the address of a new account"),
           "activate_url", "confirm-email/SAMPLE/"),
    _asked("email_confirmation", _("Confirm another address"),
           "activate_url", "confirm-email/SAMPLE/"),
    _asked("account_already_exists", _("There is an account already"),
           "password_reset_url", "password/reset/"),
    _asked("password_reset_key", _("Choose a new password"),
           "password_reset_url", "password/reset/key/SAMPLE/"),
    _asked("unknown_account", _("No account with this address"), "signup_url", "signup/"),
    _asked("account_closed", _("The account is closed")),
    _told("account/email/email_changed", _("The address was changed"),
          from_email="nadia@example.org", to_email="n.rahman@example.org"),
    _told("account/email/email_deleted", _("The address stays as it is"),
          deleted_email="n.rahman@example.org"),
    _told("account/email/password_changed", _("The password was changed")),
    _told("account/email/password_reset", _("The password was changed, by a link")),
    _told("account/email/password_set", _("The account has a password now")),
    _told("mfa/email/totp_activated", _("An authenticator app was set up")),
    _told("mfa/email/totp_deactivated", _("The authenticator app was removed")),
    _told("mfa/email/webauthn_added", _("A passkey was added")),
    _told("mfa/email/webauthn_removed", _("A passkey was removed")),
    _told("mfa/email/recovery_codes_generated", _("New recovery codes")),
    _told("mfa/email/recovery_code_used", _("A recovery code was used"),
          words=lazy(words_for, str)(9)),
    _told("mfa/email/all_removed", _("The second step was removed")),
    _told("socialaccount/email/account_connected", _("Another site was linked"),
          provider="GitHub"),
    _told("socialaccount/email/account_disconnected", _("Another site was unlinked"),
          provider="GitHub"),
    Sample("erased", _("The data is deleted"), "accounts/emails/erased",
           lambda: {"privacy_url": f"{settings.SITE_URL}/privacy/"}),
]  # fmt: skip
