"""What there is in somebody's account, for its front page (templates/accounts/overview.html)."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from . import sessions
from .models import Address, User
from .ways_in import site_name


@dataclass(frozen=True)
class SecondStep:
    """What somebody can show besides their password."""

    has_app: bool
    passkeys: int
    # None: there are no recovery codes, not even used ones.
    codes_left: int | None

    @property
    def is_on(self) -> bool:
        return self.has_app or self.passkeys > 0


@dataclass(frozen=True)
class Summary:
    addresses: list[Address]
    has_password: bool
    second_step: SecondStep
    # The names of the other sites that they can sign in by, and whether the shop has any of them.
    sites: list[str]
    has_sites: bool
    other_devices: int

    @property
    def default_address(self) -> Address | None:
        return next(iter(self.addresses), None)


def summary_of(user: User, *, session_key: str, now: datetime) -> Summary:
    """In five queries, however much there is. The session is the one that asks."""
    linked = SocialAccount.objects.filter(user=user).order_by("provider").distinct("provider")
    sites = [site_name(account) for account in linked]
    return Summary(
        addresses=list(Address.objects.filter(user=user).for_choice()),
        has_password=user.has_usable_password(),
        second_step=_second_step(user),
        sites=sites,
        has_sites=bool(sites or settings.SOCIALACCOUNT_PROVIDERS),
        other_devices=sessions.count_others(user=user, current=session_key, now=now),
    )


def _second_step(user: User) -> SecondStep:
    kinds: dict[str, list[Authenticator]] = {}
    for authenticator in Authenticator.objects.filter(user=user):
        kinds.setdefault(authenticator.type, []).append(authenticator)
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    return SecondStep(
        has_app=Authenticator.Type.TOTP in kinds,
        passkeys=len(kinds.get(Authenticator.Type.WEBAUTHN, [])),
        codes_left=len(RecoveryCodes(codes[0]).get_unused_codes()) if codes else None,
    )
