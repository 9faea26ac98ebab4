"""Forms about an order that has been placed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import EMAIL_ERRORS
from .models import plain_number


class FindOrderForm(forms.Form):
    """The two things that the holder of an order knows of it."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=40,
        help_text=_(
            "Eight letters and digits, as in your confirmation mail. Capital or small letters, as you like."
        ),
        error_messages={"required": _("Please enter the number of the order.")},
    )
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("The address that you gave with the order."),
        error_messages=EMAIL_ERRORS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["number"].widget.attrs["autocomplete"] = "off"

    def clean_number(self) -> str:
        return plain_number(self.cleaned_data["number"])


class WithdrawForm(FindOrderForm):
    """What the law lets a shop ask of somebody who withdraws: who, from what, and where to answer."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        error_messages={"required": _("Please enter your name.")},
    )
    words = forms.CharField(
        label=_("Which books"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Leave this empty to withdraw from the whole order."),
    )

    field_order = ("name", "number", "email", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
