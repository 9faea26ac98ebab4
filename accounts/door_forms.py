"""The forms by which one comes in: allauth's, in the shop's words, where `User.email` alone counts.

allauth also looks among the addresses that people want to change to and have not confirmed. For us
those are nobody's: they must neither keep their owner from signing up nor open the account that
named them.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from allauth.account import forms as theirs
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.forms import Field, Form
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import confirming
from .models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Words

EMAIL, NO_EMAIL = _("Email address"), _("Please enter your email address.")
PASSWORD, NO_PASSWORD = _("Password"), _("Please enter your password.")
NEW_PASSWORD, NEW_PASSWORD_AGAIN = _("New password"), _("New password, once more")
NO_NEW_PASSWORD, NOT_AGAIN = _("Please choose a password."), _("Please enter it once more.")
# In place of a line for each of AUTH_PASSWORD_VALIDATORS, which say more when they refuse one.
PASSWORD_HINT = _("At least 8 characters. Not only digits, nor a password that many people have.")


def put(field: Field, label: Words, missing: Words, hint: Words | None = None) -> None:
    """Ask for something in the shop's words; `missing` is what to say to whoever left it empty."""
    field.label = label
    field.error_messages["required"] = missing
    if hint is not None:
        field.help_text = hint


def put_new_password(form: Form, label: Words, again: Words) -> None:
    put(form.fields["password1"], label, NO_NEW_PASSWORD, PASSWORD_HINT)
    put(form.fields["password2"], again, NOT_AGAIN)


class LoginForm(theirs.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put(self.fields["login"], EMAIL, NO_EMAIL)
        put(self.fields["password"], PASSWORD, NO_PASSWORD)
        # Password managers look for the name of the account; the passkey button fills it as well.
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["remember"].label = _("Stay signed in on this device")
        self.fields["remember"].help_text = _("Not on a computer that others use too.")


class SignupForm(theirs.SignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put(self.fields["email"], EMAIL, NO_EMAIL)
        put_new_password(self, PASSWORD, _("Password, once more"))

    def validate_unique_email(self, value: str) -> str:
        self.account_already_exists = User.objects.filter(email=value).exists()
        return value

    def try_save(self, request: HttpRequest) -> Any:
        """Open the account, whole or not at all; for a known address tell its owner by mail.

        The answer takes as long either way, for a known address costs what a new account costs.
        """
        if self.account_already_exists:
            self._open_for_nobody(request)
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # Somebody was quicker with the same address.
            self.account_already_exists = True
            return super().try_save(request)

    def _open_for_nobody(self, request: HttpRequest) -> None:
        known = self.cleaned_data["email"]
        with transaction.atomic():
            self.account_already_exists = False
            self.cleaned_data["email"] = f"{uuid.uuid4()}@nobody.invalid"
            self.save(request)
            transaction.set_rollback(True)
        self.account_already_exists, self.cleaned_data["email"] = True, known


class ResetPasswordForm(theirs.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put(self.fields["email"], EMAIL, NO_EMAIL)

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        self.users = list(User.objects.filter(email=email))
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            # What takes its time in a link for somebody.
            theirs.default_token_generator.make_token(User(email=self.cleaned_data["email"]))
        email: str = super().save(request, **kwargs)
        return email


class ResetPasswordKeyForm(theirs.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put_new_password(self, NEW_PASSWORD, NEW_PASSWORD_AGAIN)

    @transaction.atomic
    def save(self) -> None:
        super().save()
        # The link came by mail, so the mailbox is theirs.
        confirming.confirm_address(user=self.user)


class ChangePasswordForm(theirs.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page itself leads to a forgotten password.
        put(self.fields["oldpassword"], _("Your current password"), NO_PASSWORD, hint="")
        put_new_password(self, NEW_PASSWORD, NEW_PASSWORD_AGAIN)


class SetPasswordForm(theirs.SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put_new_password(self, PASSWORD, _("Password, once more"))


class AddEmailForm(theirs.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put(self.fields["email"], _("New email address"), _("Please enter the new address."))

    @transaction.atomic
    def save(self, request: HttpRequest) -> EmailAddress:
        """Ask for a change in place of any that waits.

        allauth would remove one that waits, and if `User.email` is not confirmed take that for one.
        """
        EmailAddress.objects.filter(user=self.user, verified=False).delete()
        return super().save(request)


class ReauthenticateForm(theirs.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put(self.fields["password"], PASSWORD, NO_PASSWORD)
