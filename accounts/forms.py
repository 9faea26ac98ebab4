import unicodedata
from collections.abc import Mapping
from typing import Any, Self, cast

from django import forms
from django.conf import settings
from django.db.models import CharField, Model
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from bookstore.forms import LongSelect

from . import postal
from .models import Address, PostalAddress, User

AUTOCOMPLETE = {
    "name": "name",
    "line1": "address-line1",
    "line2": "address-line2",
    "district": "address-level3",
    "city": "address-level2",
    "region": "address-level1",
    "postcode": "postal-code",
    "country": "country",
    "phone": "tel",
}


def offered_countries() -> list[tuple[str, str]]:
    """Every country by its name, the shop's own before the others."""
    own = settings.SHOP["country"]
    return sorted(((code, name) for code, name in countries), key=lambda pair: pair[0] != own)


class AddressPart(forms.CharField):
    """One line of an address: as long as its column, and nothing in it that no label can show."""

    def __init__(self, column: str, *, model: type[Model] = PostalAddress, **kwargs: Any) -> None:
        longest = cast(CharField, model._meta.get_field(column)).max_length
        super().__init__(max_length=longest, required=False, **kwargs)
        self.error_messages["max_length"] = _("Please use at most %(limit_value)d characters here.")

    def to_python(self, value: Any) -> str:
        text = " ".join((super().to_python(value) or "").split())
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
            raise forms.ValidationError(_("Please leave out the characters that cannot be shown."))
        return text

    def prepare_value(self, value: Any) -> Any:
        # Half of a surrogate pair cannot be sent back in a page.
        return value.encode(errors="replace").decode() if isinstance(value, str) else value


class PostalAddressForm(forms.Form):
    """An address, asked for as its country writes it.

    The country is the one in `data`, else in `initial`, else the shop's own. Fields that it has no
    use for are not there, but '' in `cleaned_data`, which has all of `postal.FIELDS`. Where the
    address is not needed (`required=False`) only the country is, and nothing else is checked for
    sense. A form with a `prefix` asks for the address of the bill.
    """

    country = forms.ChoiceField(choices=offered_countries, widget=LongSelect)
    name = AddressPart("name")
    line1 = AddressPart("line1")
    line2 = AddressPart("line2")
    district = AddressPart("district")
    city = AddressPart("city")
    region = AddressPart("region")
    postcode = AddressPart("postcode")
    phone = AddressPart("phone", widget=forms.TextInput(attrs={"type": "tel"}))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        required: bool = True,
        **kwargs: Any,
    ) -> None:
        initial = {"country": settings.SHOP["country"], **(initial or {})}
        super().__init__(data, initial=initial, **kwargs)
        self.is_needed = required
        self.rules = postal.rules_for(self._typed("country") or settings.SHOP["country"])
        self._adapt()

    @classmethod
    def retyped(cls, data: Mapping[str, Any], **kwargs: Any) -> Self:
        """The form for the country in `data`, with everything that was typed and no complaints.

        For showing it again after another country was chosen.
        """
        sent = cls(data, **kwargs)
        typed = {name: sent._typed(name) for name in cls.base_fields}
        return cls(initial={name: value for name, value in typed.items() if value}, **kwargs)

    @property
    def kept_values(self) -> list[tuple[str, str]]:
        """What was typed into fields that this country has no use for, by the name of the input.

        In hidden inputs it survives until the shopper goes back to the country that has them.
        """
        unused = [name for name in postal.FIELDS if name not in self.fields]
        return [(self.add_prefix(name), self._typed(name)) for name in unused if self._typed(name)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed = {name: cleaned.get(name, "") for name in postal.FIELDS}
        if self.is_needed:
            for name, how_to_mend in postal.check(typed).items():
                if name in self.fields and not self.has_error(name):
                    self.add_error(name, how_to_mend)
        return {**cleaned, **postal.tidy(typed)}

    def _typed(self, name: str) -> str:
        source, key = (self.data, self.add_prefix(name)) if self.is_bound else (self.initial, name)
        return str(source.get(key) or "")

    def _adapt(self) -> None:
        """Keep, order, name and require the fields as the country does."""
        for name in set(postal.FIELDS) - set(self.rules.fields):
            del self.fields[name]
        self.order_fields(self.rules.fields)
        if self.rules.regions:
            choices = [("", _("Choose from the list")), *self.rules.regions]
            self.fields["region"].widget = forms.Select(choices=choices)
        for name in self.rules.fields:
            field = self.fields[name]
            field.label = self.rules.label(name)
            field.required = name == "country" or (self.is_needed and name in self.rules.required)
            field.error_messages["required"] = self.rules.missing(name)
            field.widget.attrs["autocomplete"] = self._autocomplete(name)
        self.fields["country"].error_messages["invalid_choice"] = self.rules.missing("country")
        if not self.prefix:
            self.fields["phone"].help_text = _("Only the courier sees it, only on the day.")

    def _autocomplete(self, name: str) -> str:
        return f"billing {AUTOCOMPLETE[name]}" if self.prefix else AUTOCOMPLETE[name]


class SavedAddressForm(PostalAddressForm):
    """An address that a member keeps, with what they call it."""

    label = AddressPart(
        "label",
        model=Address,
        label=_("What you call it"),
        help_text=_("For instance Home, or Mum."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NameForm(forms.Form):
    """What somebody is called."""

    name = AddressPart(
        "name",
        model=User,
        label=_("Your name"),
        help_text=_("The checkout fills it in for you. Leave it empty, and we forget it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class DeleteAccountForm(forms.Form):
    is_sure = forms.BooleanField(
        label=_("Yes, delete my account and everything in it"),
        error_messages={"required": _("Please tick the box if you are sure.")},
    )
