from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from .goods import Goods
from .models import MOST_COPIES, DeliveryMethod
from .services.checkout import Address

LARGEST_ID = 2**63 - 1


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


class CheckoutForm(forms.Form):
    """Who gets the parcel, where and how. Also carries what the page showed, and its own name."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("For the receipt and news of the parcel.")
    )
    name = forms.CharField(label=_("Full name"), max_length=150)
    line1 = forms.CharField(label=_("Address"), max_length=200)
    line2 = forms.CharField(label=_("Flat or building"), max_length=200, required=False)
    city = forms.CharField(label=_("Town or city"), max_length=100)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    country = CountryField(default=settings.SHOP["country"]).formfield(label=_("Country"))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Only the courier sees it, only on the day."),
    )
    delivery = forms.IntegerField(
        label=_("How it reaches you"),
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_ID)],
        error_messages={"required": _("Please choose how the books reach you.")},
    )
    seen = forms.CharField(max_length=64)
    form_key = forms.UUIDField()

    AUTOCOMPLETE = {
        "email": "email",
        "name": "name",
        "line1": "address-line1",
        "line2": "address-line2",
        "city": "address-level2",
        "postcode": "postal-code",
        "country": "country",
        "phone": "tel",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, token in self.AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = token
        self.fields["phone"].widget.input_type = "tel"

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        try:
            email.rpartition("@")[2].encode("idna")
        except UnicodeError as error:
            raise forms.ValidationError(_("No mail can be sent to this address.")) from error
        return email

    @property
    def address(self) -> Address:
        return Address(**{name: self.cleaned_data[name] for name in self.AUTOCOMPLETE})

    def delivery_choices(self, methods: list[DeliveryMethod], goods: Goods) -> list[dict[str, Any]]:
        """The offered methods with their price for this basket; the chosen or first one is ticked."""
        chosen = str(self["delivery"].value() or (methods[0].pk if methods else ""))
        return [method.as_choice(goods, chosen=chosen) for method in methods]
