"""What staff fill in while they count."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .in_house import InHouse, from_token
from .models import MOST_COUNTED, StockTake
from .scanner import ScannerInput

_RELOAD = _("This page is out of date: load it again.")


class BeginForm(forms.Form):
    scope = forms.ChoiceField(
        label=_("What are you counting?"),
        choices=StockTake.Scope.choices,
        initial=StockTake.Scope.SHELF,
        widget=forms.RadioSelect,
    )
    shelf = forms.CharField(
        label=_("Shelf"),
        max_length=20,
        required=False,
        help_text=_("As it stands with the books: “B3” or “Crime 2”."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("scope") == StockTake.Scope.SHELF and not cleaned.get("shelf"):
            self.add_error("shelf", _("Which shelf?"))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "scope": StockTake.Scope(self.cleaned_data["scope"])}


class ScanForm(forms.Form):
    """One field for a scanner, which types the number and presses Enter."""

    number = forms.CharField(
        label=_("Scan a copy: EAN or ISBN"),
        max_length=200,
        widget=ScannerInput,
        error_messages={"required": _("Scan a barcode, or type the number under it.")},
    )
    key = forms.UUIDField(error_messages={"required": _RELOAD, "invalid": _RELOAD})


class ChangeForm(forms.Form):
    """One copy more or fewer of a book, which is less than typing how many there are."""

    book = forms.IntegerField(min_value=1, max_value=2**62)
    copies = forms.TypedChoiceField(choices=[("1", "1"), ("-1", "-1")], coerce=int)
    key = forms.UUIDField()


class TotalForm(forms.Form):
    """How many copies there are, counted by hand."""

    book = forms.IntegerField(min_value=1, max_value=2**62)
    total = forms.IntegerField(label=_("Copies in all"), min_value=0, max_value=MOST_COUNTED)
    seen = forms.IntegerField(min_value=0, max_value=MOST_COUNTED)
    key = forms.UUIDField()


class TakeOutForm(forms.Form):
    book = forms.IntegerField(min_value=1, max_value=2**62)
    seen = forms.IntegerField(min_value=0, max_value=MOST_COUNTED)


class BooksSeenField(forms.TypedMultipleChoiceField):
    """Books of the page, each with what should have been in the house when it was drawn."""

    def valid_value(self, value: str) -> bool:
        """What is in the house may have changed since: then the count says of which book."""
        return super().valid_value(value.partition(":")[0])


def _seen(choice: str) -> tuple[int, InHouse]:
    book_id, _colon, token = choice.partition(":")
    return int(book_id), from_token(token)


class MissingForm(forms.Form):
    """Books of which no copy was found, ticked one by one."""

    books = BooksSeenField(
        label=_("No copy found"),
        coerce=_seen,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick the books of which you found no copy."),
            "invalid_choice": _(
                "This list has changed since you looked: this is how it stands now."
            ),
        },
    )

    def __init__(self, book_ids: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["books"].choices = [(str(book_id), "") for book_id in book_ids]  # type: ignore[attr-defined]

    @property
    def seen(self) -> dict[int, InHouse]:
        return dict(self.cleaned_data["books"])


class PostForm(forms.Form):
    seen = forms.CharField(max_length=64)
