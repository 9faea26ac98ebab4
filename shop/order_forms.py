"""Forms about an order that has been placed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import plain_number


class FindOrderForm(forms.Form):
    """The two things that the holder of an order knows of it."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=40,
        help_text=_(
            "Eight letters and digits, as in your confirmation mail. Case does not matter."
        ),
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("The address that you gave with the order.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["number"].widget.attrs["autocomplete"] = "off"

    def clean_number(self) -> str:
        return plain_number(self.cleaned_data["number"])
