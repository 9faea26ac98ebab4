from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from . import outbox
from .models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks the shop: mails go through the outbox, addresses are one spelling."""

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail to the outbox. All of allauth's mails count as holding a one-time link."""
        # allauth's own words name a "site"; ours is the shop.
        site = {"name": settings.SHOP["name"], "domain": settings.SITE_URL.partition("://")[2]}
        words = {"email": email, "shop": settings.SHOP, "current_site": site, **context}
        message = self.render_mail(template_prefix, email, words)
        outbox.write(
            to=email,
            subject=message.subject,
            body=message.body,
            has_one_time_link=True,
            now=timezone.now(),
        )

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "accounts.stages.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        words = {
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words.get(way["id"], way["description"])} for way in ways]

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, unless the account was closed since the sign-in began."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def set_password(self, user: User, password: str) -> None:
        """Write the password alone: an account closed in this moment must stay closed."""
        user.set_password(password)
        user.save(update_fields=["password"])
