from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import confirming, outbox
from .languages import language_now, language_of
from .models import User

# Mails that anybody can have us send to anybody, by a form that needs no sign-in.
ASKED_FOR_BY_ANYBODY = (
    "account/email/account_already_exists",
    "account/email/account_closed",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/password_reset_key",
    "account/email/unknown_account",
)
# What the mails say of their links.
HOW_LONG = {
    "confirm_days": settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS,
    "unconfirmed_days": confirming.UNCONFIRMED_FOR.days,
    "reset_hours": settings.PASSWORD_RESET_TIMEOUT // (60 * 60),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks the shop: mails go through the outbox, addresses are one spelling."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": gettext_lazy("Your account has this address already."),
        "email_password_mismatch": gettext_lazy(
            "This email address and this password do not belong together. Perhaps there is a slip in "
            "one of them. Or the address is not confirmed yet: then open the link in our email, or "
            "choose a new password."
        ),
        "enter_current_password": gettext_lazy("That is not your current password."),
        "incorrect_password": gettext_lazy("That is not your password."),
    }

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()

    def new_user(self, request: HttpRequest) -> User:
        """Who signs up is written to in the language of the page on which they did."""
        return User(language=language_now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail to the outbox. All of allauth's mails count as holding a one-time link.

        One mailbox gets only so many of each kind that strangers can ask for (ACCOUNT_RATE_LIMITS).
        The page says the same then, and mails of this kind are there already. No kind uses up what
        is left for another: whatever strangers do, who asks for a new password has a link for it.
        """
        if template_prefix in ASKED_FOR_BY_ANYBODY and not ratelimit.consume(
            self.request, action="mail", key=f"{template_prefix} {email.lower()}"
        ):
            return
        words = {"email": email, **HOW_LONG, **_at_our_site(context)}
        user = context.get("user")
        # Who has no account, or is not told to have one, reads the page on which they asked for it.
        language = language_of(user) if user else language_now() or settings.LANGUAGE_CODE
        outbox.write_from(
            template_prefix,
            words,
            language=language,
            to=email,
            has_one_time_link=True,
            user=user,
            now=timezone.now(),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        # The mail belongs to the account also where it tells an address that it no longer does.
        told = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, told, email)

    def get_login_stages(self) -> list[str]:
        ours = {
            "allauth.account.stages.EmailVerificationStage": "accounts.stages.Confirmation",
            "allauth.mfa.stages.AuthenticateStage": "accounts.stages.SecondStep",
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        words = {
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words.get(way["id"], way["description"])} for way in ways]

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, unless the account was closed or deleted since the sign-in began."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        try:
            super().login(request, user)
        except User.NotUpdated as error:
            self.logout(request)
            messages.error(request, _("This account has just been deleted."))
            raise ImmediateHttpResponse(redirect("account_login")) from error

    def set_password(self, user: User, password: str) -> None:
        """Write the password alone: an account closed in this moment must stay closed."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        mail = "password_reset_key" if user.is_active else "account_closed"
        self.send_mail(f"account/email/{mail}", email, context)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try of a password; where it is one too many, answer with the page that says so."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(ratelimit.respond_429(request)) from error

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts apart for each Host header, whose port is anybody's to make up.
        return str(credentials["email"]).lower()

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address for whoever reads its mails and has the account as well.

        Else somebody could open an account with another's address, wait until the owner of the
        mailbox presses the link, and come in by the password they chose themselves. An address of
        another account changes nothing.
        """
        if not confirming.is_owner(request, email_address.user):
            confirming.keep_opened_link(request, email_address)
            words = _("Please sign in once, and %(email)s is confirmed.")
            messages.info(request, words % {"email": email_address.email})
            raise ImmediateHttpResponse(redirect("account_login"))
        if not confirming.is_taken(email_address):
            # The database refuses it if somebody has opened an account with it in this moment.
            with suppress(IntegrityError), transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        template = "account/messages/email_confirmation_failed.txt"
        self.add_message(request, messages.ERROR, template, {"email": email_address.email})
        return False

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        # allauth would sign its member in by any other of theirs from then on.
        is_in_use = email_address.email == email_address.user.email
        return not is_in_use and bool(super().can_delete_email(email_address))

    def respond_email_verification_sent(
        self, request: HttpRequest, user: User | None
    ) -> HttpResponse:
        # The password was right, and the link was opened before: together they are enough.
        if link := confirming.take_opened_link(request, user):
            return redirect(link)
        response: HttpResponse = super().respond_email_verification_sent(request, user)
        return response

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        facts["redirect_url"] = confirming.take_opened_link(request, user) or facts["redirect_url"]
        response: HttpResponse = super().post_login(request, user, **facts)
        return response


def _at_our_site(context: dict[str, Any]) -> dict[str, Any]:
    """The same with every link at SITE_URL: the Host header, which allauth takes, is anybody's to write."""
    return {
        name: urljoin(settings.SITE_URL, urlsplit(value).path) if name.endswith("_url") else value
        for name, value in context.items()
    }
