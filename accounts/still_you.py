"""Asking again who it is, before what a thief of somebody's session would do first."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import add_query_params
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

# The names of these pages. The change of a password is not among them: it asks for the old one.
ASKED_BEFORE = frozenset(
    {
        "account_email",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "accounts:delete_account",
        "accounts:download_data",
        "accounts:email",
        "accounts:links",
        "accounts:passkey_remove",
        "accounts:your_data",
    }
)
# Those that are only sent to, and the page that has their button.
BUTTON_ON = {"accounts:download_data": "accounts:your_data"}


def has_just_proved(request: HttpRequest) -> bool:
    """Whether this session proved minutes ago (ACCOUNT_REAUTHENTICATION_TIMEOUT) who it is.

    By the password or a second factor. Who has neither has signed in by another site as lately.
    """
    records = get_authentication_records(request, request.user)
    if any(record.get("reauthenticated") and _is_new(record) for record in records):
        return True
    if not records or not _is_new(records[-1]):
        return False
    return not get_adapter().get_reauthentication_methods(request.user)


def ask(request: HttpRequest) -> HttpResponse:
    """To the page that asks, and from there to the page that was wanted.

    Nothing of a form that was sent is kept until then: it would be carried out when the owner
    proves something else, and a thief may have sent it.
    """
    request.session.pop(STATE_SESSION_KEY, None)
    ways = get_adapter().get_reauthentication_methods(request.user)
    page = ways[0]["url"] if ways else reverse("accounts:sign_in_again")
    return redirect(add_query_params(page, {REDIRECT_FIELD_NAME: _wanted(request)}))


def _is_new(record: dict[str, Any]) -> bool:
    return bool(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT)


def _wanted(request: HttpRequest) -> str:
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name in BUTTON_ON:
        return reverse(BUTTON_ON[name])
    return request.path if request.method == "POST" else request.get_full_path()
