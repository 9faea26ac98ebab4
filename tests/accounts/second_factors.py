"""An authenticator app, and the pages it is used on."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.test import Client

from accounts.models import User
from tests.factories import UserFactory

from .doors import PASSWORD, member


def reader(**fields: object) -> User:
    """Somebody who can sign in through the pages."""
    fields.setdefault("email", UserFactory.build().email)
    return member(**fields)


def give_app(user: User) -> str:
    """The secret of the app that the user has from now on, with recovery codes."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, periods: int = 0) -> str:
    """What the app shows now, or so many periods later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def recovery_codes(user: User) -> list[str]:
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return kept.wrap().get_unused_codes()


def sign_in(client: Client, user: User, **more: str):
    form = {"login": user.email, "password": PASSWORD, **more}
    return client.post("/accounts/login/", form)


def second_step(client: Client, code: str, **options: object):
    return client.post("/accounts/2fa/authenticate/", {"code": code}, **options)


def confirm(client: Client) -> None:
    """Give the password once more, as allauth asks before each change."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def secret_on(page) -> str:
    return re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
