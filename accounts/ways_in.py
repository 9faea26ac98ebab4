"""What lets somebody into their account, and never taking the last of it away."""

from collections.abc import Iterator
from contextlib import contextmanager
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


class CannotTakeAway(Exception):
    """Its words are for the page, and nothing was changed."""


class LastWayIn(CannotTakeAway):
    def __init__(self) -> None:
        words = _(
            "That is the only way into your account. Choose a password first, then take it off."
        )
        super().__init__(words)


class NotLinked(CannotTakeAway):
    def __init__(self) -> None:
        super().__init__(_("That account is not linked to yours any more."))


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


@contextmanager
def taking_away(way: Model, *, user: User) -> Iterator[None]:
    """For whoever takes away something that may let a person in. Raises LastWayIn before that.

    Two at once wait for each other, so that they cannot each count on what the other takes away.
    """
    with transaction.atomic():
        user = User.objects.hold(user.pk)
        if not _is_left(ways_in(user), without=way):
            raise LastWayIn
        yield


def unlink(*, user: User, account_id: int) -> str:
    """Take an account at another site off, tell its owner by mail, and return the site's name.

    Raises CannotTakeAway, and leaves everything as it is, when it is the last way in or not there.
    """
    account = SocialAccount.objects.filter(user=user, pk=account_id).first()
    if account is None:
        raise NotLinked
    with taking_away(account, user=user):
        if not account.delete()[0]:
            raise NotLinked
        site = site_name(account)
        get_adapter().send_notification_mail(
            "socialaccount/email/account_disconnected", user, {"provider": site}
        )
    return site


def site_name(account: SocialAccount) -> str:
    """Also of one whose keys the shop no longer has."""
    return str(registry.get_class(account.provider).name)


def _is_left(ways: list[Model], *, without: Model) -> bool:
    return any(way != without for way in ways)
