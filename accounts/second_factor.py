import base64
from urllib.parse import urlsplit

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from .models import User

SALT = "accounts.second_factor"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks the shop about authenticator apps, passkeys and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code is not right, or was used before. Please give the one that is shown now."
        ),
    }

    def encrypt(self, text: str) -> str:
        """What the database may hold of a secret: it can be read only with the shop's SECRET_KEY."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. It may have been written with one of SECRET_KEY_FALLBACKS.

        Never an empty text instead of a secret that cannot be read: anybody could compute its codes.
        """
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A second factor was kept under a SECRET_KEY that is gone: put that one into"
                " SECRET_KEY_FALLBACKS, or use manage.py remove_second_factor."
            ) from error

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white, so that cameras can read it on a dark page too."""
        picture = qrcode.make(url, image_factory=SvgPathFillImage)
        return str(picture.to_string(encoding="unicode"))

    def generate_authenticator_name(
        self,
        user: User,
        type: Authenticator.Type,  # noqa: A002
    ) -> str:
        """Passkey, Passkey 2 …: the first name that the user has not given to another one."""
        taken = {str(each) for each in Authenticator.objects.filter(user=user, type=type)}
        name, number = gettext("Passkey"), 2
        while name in taken:
            name = gettext("Passkey %(number)d") % {"number": number}
            number += 1
        return name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom passkeys are for: the shop, at the host of SITE_URL and those below it.

        Not at the host of the request: a passkey would then work only under the name, with or
        without www, that it was made under.
        """
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.SHOP["name"]}


def _box() -> MultiFernet:
    """Writes with the SECRET_KEY, reads with that and the ones before it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    digest = salted_hmac(SALT, "", secret=key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(digest))
