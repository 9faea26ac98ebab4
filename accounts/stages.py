"""Where a sign-in waits between the password and the second factor."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """allauth's stage, which ends a sign-in that has lost its ground while it waited.

    That is so when the account was closed, or what every session is checked against (the password,
    `User.sessions_epoch`) has changed since the first step.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        self.state["begun_with"] = self.login.user.get_session_auth_hash()
        return super().handle()

    def exit(self) -> HttpResponse:
        user = self.login.user
        if not user.is_active:
            clear_login(self.request)
            return get_adapter().respond_user_inactive(self.request, user)
        if not constant_time_compare(self.state["begun_with"], user.get_session_auth_hash()):
            messages.error(
                self.request,
                _("Something about your account has just changed. Please sign in again."),
            )
            return self.abort()
        return super().exit()
