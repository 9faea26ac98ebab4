"""What staff fill in while they unpack a delivery."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .scanner import ScannerInput
from .services.receiving import MOST_COPIES


class BeginForm(forms.Form):
    reference = forms.CharField(
        label=_("Delivery note"),
        max_length=60,
        required=False,
        help_text=_("A number or a name by which you find it again. It may stay empty."),
    )


class ScanForm(forms.Form):
    """One scan. Its key counts once, so that a form that is sent again counts no second copy."""

    number = forms.CharField(
        label=_("Scan or type an EAN or ISBN"),
        max_length=100,
        widget=ScannerInput,
        error_messages={
            "required": _("Scan a book, or type its number."),
            "max_length": _("That is too long for an EAN or ISBN. Scan it again."),
        },
    )
    # It stands in the part of the page that comes back with each scan.
    key = forms.UUIDField(widget=forms.HiddenInput({"form": "scan-form"}), initial=uuid.uuid4)

    @property
    def problem(self) -> str:
        """The first thing that is wrong with it, in words."""
        return next((str(words[0]) for words in self.errors.values()), "")


class LineForm(forms.Form):
    """Another number of copies in a line: typed, one more, one less, or none."""

    seen = forms.IntegerField(min_value=1, max_value=MOST_COPIES)
    copies = forms.IntegerField(
        label=_("Copies"), min_value=0, max_value=MOST_COPIES, required=False
    )
    step = forms.ChoiceField(choices=[("1", ""), ("-1", ""), ("remove", "")], required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen, step = cleaned.get("seen"), cleaned.get("step")
        if step == "remove":
            cleaned["copies"] = 0
        elif step and seen is not None:
            cleaned["copies"] = min(seen + int(step), MOST_COPIES)
        elif cleaned.get("copies") is None and "copies" not in self.errors:
            self.add_error("copies", _("Say how many copies there are."))
        return cleaned

    @property
    def problem(self) -> str:
        if self.errors.keys() == {"copies"}:
            return str(self.errors["copies"][0])
        return str(_("Say how many copies there are."))


class NewBookForm(forms.Form):
    """No more of a book than what stands on its cover; the rest can be added on its own page."""

    title = forms.CharField(label=_("Title"), max_length=500)
    author = forms.CharField(label=_("Author"), max_length=1000, required=False)
    price = forms.DecimalField(
        label=_("Price"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        required=False,
        help_text=_("Without a price the book is shown, but not for sale."),
    )

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price == 0:
            raise forms.ValidationError(_("A price must be more than zero."))
        return price
