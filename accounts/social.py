"""Who comes in by Google or GitHub, and whose account they may have."""

import logging
import unicodedata
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from . import confirming
from .models import User
from .still_you import has_just_proved

logger = logging.getLogger(__name__)

# By what its owner knows an account at the other site; the shop keeps nothing else of it.
KNOWN_BY = {"google": "email", "github": "login"}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth asks the shop about people who come by Google or GitHub.

    Only an address that the other site has confirmed means anything here: it opens an account, or
    leads into the one whose owner has confirmed the same address in the shop. Without one nothing
    is made, since an account for an address that is somebody else's would wait for them with a
    stranger's GitHub on it.
    """

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The sites whose keys are in the settings. What stands in the database counts for nothing."""
        apps = [
            SocialApp(provider=site, **options["APP"])
            for site, options in settings.SOCIALACCOUNT_PROVIDERS.items()
            if provider in (None, site)
        ]
        return [app for app in apps if client_id in (None, app.client_id)]

    def get_app(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> SocialApp:
        try:
            return super().get_app(request, provider=provider, client_id=client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404(f"There is no sign-in by {provider} here.") from error

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        """Take over the name and the confirmed addresses, and forget the rest before it is kept."""
        confirmed = [address for address in sociallogin.email_addresses if address.verified]
        sociallogin.email_addresses = confirmed
        user: User = sociallogin.user
        user.email = confirmed[0].email if confirmed else ""
        full_name = f"{data.get('first_name') or ''} {data.get('last_name') or ''}"
        user.name = _plain(data.get("name") or full_name)[:150].strip()
        _forget_the_rest(sociallogin.account)
        return user

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """Whose confirmed address it is, if anybody's. Linking goes by the other site's id alone."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            return None
        for address in sociallogin.email_addresses:
            email = address.email.lower()
            # Not one that they had before, nor another that stands in their list.
            known = EmailAddress.objects.filter(email=email, verified=True, user__email=email)
            if owner := known.select_related("user").first():
                if not owner.user.is_active:
                    raise ImmediateHttpResponse(redirect("account_inactive"))
                return owner.user, owner.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # The shop asks the other site nothing more, so its key goes nowhere, not into the session.
        sociallogin.token = None
        is_linking = sociallogin.state.get("process") == AuthProcess.CONNECT
        if is_linking and request.user.is_authenticated and not has_just_proved(request):
            # allauth would link it whenever the owner proves something else, whoever had asked for it.
            words = _("That took a while. Please press “Link” once more.")
            messages.info(request, words)
            raise ImmediateHttpResponse(redirect("socialaccount_connections"))
        if request.user.is_authenticated:
            # Linking writes the whole row, and the other site took its time to answer.
            request.user.refresh_from_db()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whether this may become a new account; if not, a page says why and what to do."""
        context = {"site": sociallogin.provider.name, "provider": sociallogin.provider}
        if not sociallogin.email_addresses:
            page = render(request, "socialaccount/no_address.html", context, status=403)
            raise ImmediateHttpResponse(page)
        # Not told to strangers: the other site vouches that the address is the visitor's own.
        address = sociallogin.email_addresses[0].email
        if confirming.is_known(address):
            context["email"] = address
            page = render(request, "socialaccount/address_taken.html", context, status=403)
            raise ImmediateHttpResponse(page)
        # allauth would take them for accounts that have it.
        confirming.call_off_changes_to(address)
        return super().is_open_for_signup(request, sociallogin)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make all of the account or nothing; with one address, whichever others there are."""
        sociallogin.email_addresses = sociallogin.email_addresses[:1]
        try:
            with transaction.atomic():
                return super().save_user(request, sociallogin, form)
        except IntegrityError as error:
            # The same person came by two windows at once, and the other was first.
            page = render_authentication_error(request, sociallogin.provider)
            raise ImmediateHttpResponse(page) from error

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, exception: Any = None, **kwargs: Any
    ) -> None:
        if exception is not None:
            # Not its words: they may hold what the other site answered.
            logger.warning("Sign-in by %s failed: %s", provider.id, type(exception).__name__)


def _forget_the_rest(account: SocialAccount) -> None:
    key = KNOWN_BY[account.provider]
    known_as = account.extra_data.get(key)
    account.extra_data = {key: _plain(known_as)[:254]} if isinstance(known_as, str) else {}


def _plain(text: str) -> str:
    """On one line, without what neither the database nor a page can hold."""
    kept = (letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())
