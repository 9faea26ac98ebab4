import uuid
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from .models import MOST_COPIES
from .voucher_codes import LONGEST_CODE

LARGEST_ID = 2**63 - 1
EMAIL_ERRORS = {
    "required": _("Please enter your email address."),
    "invalid": _("This is no email address. One looks like name@example.org."),
}


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MOST_COPIES,
        error_messages={
            "invalid": _("How many copies? Please give a number from 1 to 99."),
            "required": _("How many copies? Please give a number from 1 to 99."),
            "min_value": _("Please take one copy or more."),
            "max_value": _("An order can have 99 copies of a book at the most."),
        },
    )

    @property
    def refusal(self) -> str:
        return " ".join(str(error) for error in self.errors["quantity"])


class DeliveryForm(forms.Form):
    """Who orders, how it reaches them, and whether the bill goes elsewhere."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("For the receipt and news of the parcel."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=EMAIL_ERRORS,
    )
    delivery_id = forms.IntegerField(
        label=_("How it reaches you"),
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_ID)],
        error_messages={"required": _("Please choose how it reaches you.")},
        widget=forms.HiddenInput,
    )
    bill_elsewhere = forms.BooleanField(label=_("Send the bill to another address"), required=False)
    keep = forms.BooleanField(label=_("Save this address in my account"), required=False)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        try:
            email.rpartition("@")[2].encode("idna")
        except UnicodeError as error:
            raise forms.ValidationError(_("No mail can be sent to this address.")) from error
        return email


class OrderForm(forms.Form):
    """What the payment page carries: a digest of what it showed, and a name of its own."""

    seen = forms.CharField(max_length=32, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    @property
    def key(self) -> str:
        """The form's name: kept while the same form is sent again."""
        key = self.cleaned_data.get("form_key") if self.is_bound else None
        return str(key or uuid.uuid4())


class ReturnForm(forms.Form):
    """What a shopper brings along from the payment service."""

    attempt = forms.UUIDField()


class VoucherForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE * 2,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Please type the code of your voucher.")},
    )

    def refuse(self, refusal: Any) -> None:
        self.add_error("code", str(refusal))
