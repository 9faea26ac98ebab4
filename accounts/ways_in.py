"""What lets somebody into their account, and never taking the last of it away."""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from .models import User


class CannotUnlink(Exception):
    """Its words are for the page."""


@dataclass(frozen=True)
class Link:
    """An account at another site by which somebody signs in here."""

    account: SocialAccount
    site: str
    is_last_way_in: bool

    @property
    def known_as(self) -> str:
        """What its owner calls it: the name or the address they have at the other site."""
        kept = self.account.extra_data
        return kept.get("login") or kept.get("email") or ""


def links_of(user: User) -> list[Link]:
    """For the page "Google and GitHub": also accounts at sites that the shop has no keys for now."""
    ways = ways_in(user)
    return [
        Link(account, site_name(account), is_last_way_in=not _is_left(ways, without=account))
        for account in SocialAccount.objects.filter(user=user).order_by("provider", "pk")
    ]


def ways_in(user: User) -> list[Model]:
    """Whatever lets this person in by itself: themselves for a password, linked accounts, passkeys.

    A password counts only with a confirmed address, a linked account only while the shop has the
    keys of its site, a passkey only where it signs in alone.
    """
    confirmed = EmailAddress.objects.filter(user=user, verified=True)
    by_password = [user] if user.has_usable_password() and confirmed.exists() else []
    linked = SocialAccount.objects.filter(user=user, provider__in=settings.SOCIALACCOUNT_PROVIDERS)
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return [*by_password, *linked, *(key for key in keys if key.wrap().is_passwordless)]


@transaction.atomic
def unlink(*, user: User, account_id: int) -> str:
    """Take an account at another site off, tell its owner by mail, and return the site's name.

    Raises CannotUnlink and leaves everything as it is when it is the last way in, or not there.
    Two at once wait for each other, so that they cannot each count on what the other takes away.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    account = SocialAccount.objects.filter(user=user, pk=account_id).first()
    if account is None:
        raise CannotUnlink(_("That account is not linked to yours any more."))
    if not _is_left(ways_in(user), without=account):
        raise CannotUnlink(
            _("That is the only way into your account. Choose a password first, then unlink it.")
        )
    account.delete()
    site = site_name(account)
    get_adapter().send_notification_mail(
        "socialaccount/email/account_disconnected", user, {"provider": site}
    )
    return site


def site_name(account: SocialAccount) -> str:
    return registry.get_class(account.provider).name


def _is_left(ways: list[Model], *, without: Model) -> bool:
    return any(way != without for way in ways)
