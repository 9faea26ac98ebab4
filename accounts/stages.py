"""Where a sign-in waits: for the link in a mail, or for the second factor."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _


class _Bound:
    """A stage that knows whether what every session is checked against is still as it was.

    That is the password and `User.sessions_epoch`.
    """

    def handle(self: Any) -> tuple[HttpResponse | None, bool]:
        # There is nobody where a known address has signed up once more.
        if user := self.login.user:
            self.state["begun_with"] = user.get_session_auth_hash()
        return super().handle()  # type: ignore[misc]

    def has_lost_its_ground(self: Any) -> bool:
        now = self.login.user.get_session_auth_hash()
        return not constant_time_compare(self.state.get("begun_with", ""), now)


class Confirmation(_Bound, EmailVerificationStage):  # type: ignore[misc]
    """allauth's stage, which counts for nothing once it has lost its ground (`confirming.is_owner`)."""


class SecondStep(_Bound, AuthenticateStage):  # type: ignore[misc]
    """allauth's stage, which ends a sign-in whose account was closed, or that has lost its ground."""

    def exit(self) -> HttpResponse:
        user = self.login.user
        if not user.is_active:
            clear_login(self.request)
            return get_adapter().respond_user_inactive(self.request, user)
        if self.has_lost_its_ground():
            messages.error(
                self.request,
                _("Something about your account has just changed. Please sign in again."),
            )
            return self.abort()
        return super().exit()
