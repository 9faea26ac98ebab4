"""What staff fill in about people."""

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.forms import UserChangeForm as BaseUserChangeForm
from django.utils.translation import gettext_lazy as _

from bookstore.staff_groups import MANAGERS

from . import running
from .models import User

# What somebody must have to hold a post, by the fields of the form.
NEEDED = {
    running.Post.SUPERUSER: ("is_superuser", "is_staff"),
    running.Post.MANAGER: ("groups", "is_staff"),
}
WORDS = {
    running.Post.SUPERUSER: _("This is the last active superuser. Make somebody else one first."),
    running.Post.MANAGER: _("This is the last active manager. Make somebody else one first."),
}


class UserCreationForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": forms.EmailField}


class UserChangeForm(BaseUserChangeForm):
    """The page of a user. Who runs the shop alone keeps the rights to do so."""

    def clean(self) -> dict[str, Any]:
        """Look under the lock that keeps others from taking somebody's post: see running.py."""
        said = super().clean() or self.cleaned_data
        taken = [field for field in ("is_superuser", "groups", "is_staff") if self._takes(field)]
        if taken:
            running.hold(self.instance)
            for post in running.of_which_last(self.instance.pk):
                for field in taken:
                    if field in NEEDED[post] and not self.has_error(field):
                        self.add_error(field, WORDS[post])
        return said

    def _takes(self, field: str) -> bool:
        """Whether a right that `field` gives would be missing then."""
        if field not in self.cleaned_data:
            return False
        said = self.cleaned_data[field]
        has = said.filter(name=MANAGERS).exists() if field == "groups" else said
        return not has


class CustomerSearchForm(forms.Form):
    """What somebody says of the customer they look for."""

    q = forms.CharField(
        label=_("Name, email address or order number"),
        max_length=254,
        error_messages={"required": _("Type a name, an email address or an order number.")},
    )


class GuestForm(forms.Form):
    """By which address a guest ordered."""

    email = forms.EmailField(max_length=254)
