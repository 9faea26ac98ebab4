"""What allauth's forms for second factors lack here: memory of used codes, kinder words, limits."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import wrap
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import caches
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from fido2.utils import websafe_decode
from fido2.webauthn import AuthenticatorData

from .models import User

LONGEST_NAME = 60
# What the libraries below raise for JSON that is no answer of a browser.
NONSENSE = (AttributeError, KeyError, TypeError, ValueError)
PASSKEY_FAILED = _("That did not work with this passkey. Please try once more, or use another way.")


class UsedCode:
    """A code as the shop remembers it until no clock within the tolerance shows it any more.

    RFC 6238 (5.2) asks that a code be taken once only. allauth remembers it for one period, which
    is enough only without a tolerance, and not the first code of a new app.
    """

    def __init__(self, user: User, code: str) -> None:
        digest = hashlib.sha256(normalize_user_code(code).encode(errors="replace")).hexdigest()
        self.key = f"second-factor-code:{user.pk}:{digest}"

    def is_remembered(self) -> bool:
        return bool(caches["lasting"].get(self.key))

    def remember(self) -> bool:
        """False where another request was faster with it."""
        periods = 2 * app_settings.TOTP_TOLERANCE + 1
        seconds = periods * app_settings.TOTP_PERIOD
        return bool(caches["lasting"].add(self.key, True, timeout=seconds))


class CodeOnce(forms.Form):
    """A form that takes a code of the app, or a recovery code, once only."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not a number: a code may begin with 0. Phones show digits all the same.
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
        self.fields["code"].label = _("Code")
        self.fields["code"].error_messages["required"] = _("Please enter the code.")

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        used = UsedCode(self.user, code)
        if used.is_remembered():
            # Goes the way of every wrong code, which is counted and refused.
            self.cleaned_data["code"] = ""
        super().clean_code()  # type: ignore[misc]
        if not used.remember():
            raise get_adapter().validation_error("incorrect_code")
        return str(code)


class CodeForm(CodeOnce, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class ConfirmByCodeForm(CodeOnce, ReauthenticateForm):  # type: ignore[misc]
    """For those who are signed in, before a change that a thief of their session would like."""


class ActivateAppForm(CodeOnce, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app, which then is no code to sign in with."""

    @property
    def spelled_secret(self) -> str:
        """The secret in groups of four, to be typed."""
        return " ".join(wrap(self.secret, 4))


@contextmanager
def told_in_words() -> Iterator[None]:
    """Whatever is wrong with a browser's answer for a passkey is one error, in words of ours."""
    try:
        yield
    except NONSENSE as error:
        raise forms.ValidationError(PASSKEY_FAILED, code="passkey_failed") from error
    except forms.ValidationError as error:
        if error.code != "incorrect_code":
            raise
        raise forms.ValidationError(PASSKEY_FAILED, code="passkey_failed") from error


class AnswerField(forms.JSONField):
    """What a browser says for a passkey. Brackets nested without end are refused, too."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(PASSKEY_FAILED, code="passkey_failed") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return None


class PasskeyAnswer(forms.Form):
    """A form with what a browser says for a passkey."""

    credential = AnswerField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        with told_in_words():
            return super().clean_credential()  # type: ignore[misc]


class PasskeyForm(PasskeyAnswer, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step of signing in."""


class SignInByPasskeyForm(PasskeyAnswer, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of a password, and of the second step too.

    It must be one that its owner lets stand alone, and it must have asked for its PIN, a finger or
    a face: the shop asks for that here, but a challenge from another of its pages would do without.
    """

    def clean_credential(self) -> Any:
        sent = self.cleaned_data["credential"]
        passkey = super().clean_credential()
        # It holds: the passkey has signed it.
        told = AuthenticatorData(websafe_decode(sent["response"]["authenticatorData"]))
        if not (told.is_user_verified() and passkey.wrap().is_passwordless):
            raise forms.ValidationError(PASSKEY_FAILED, code="passkey_failed")
        return passkey


class ConfirmByPasskeyForm(PasskeyAnswer, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """As ConfirmByCodeForm, with a passkey."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, which stands for the password too unless one does not want that."""

    credential = AnswerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit_name(self.fields["name"])
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone, without the password")
        alone.help_text = _(
            "That needs a device that checks your finger, your face or a PIN. "
            "A passkey of any other is a second step only."
        )

    def clean(self) -> dict[str, Any]:
        with told_in_words():
            return dict(super().clean())


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit_name(self.fields["name"])


def _limit_name(field: forms.Field) -> None:
    field.label = _("Name")
    field.error_messages["required"] = _("Please give it a name.")
    field.validators.append(MaxLengthValidator(LONGEST_NAME))
    field.widget.attrs["maxlength"] = str(LONGEST_NAME)
