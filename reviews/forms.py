"""What readers type about books, and about reviews of others."""

import unicodedata
from typing import Any, cast

from django import forms
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .models import FEWEST_LETTERS, MOST_LETTERS, MOST_LETTERS_OF_A_REPORT, Reason, Review
from .services import Said

STARS = [
    (stars, ngettext_lazy("%(stars)d star", "%(stars)d stars", "stars") % {"stars": stars})
    for stars in range(1, 6)
]
TOO_LONG = _("Please use at most %(limit_value)d characters here.")


class Words(forms.CharField):
    """Text without what no page can show; a line break is one character, as browsers count it."""

    def __init__(self, *, several_lines: bool = False, **kwargs: Any) -> None:
        self.several_lines = several_lines
        super().__init__(**kwargs)
        self.error_messages["max_length"] = TOO_LONG

    def to_python(self, value: Any) -> str:
        text = "\n".join((super().to_python(value) or "").splitlines())
        if not self.several_lines:
            text = " ".join(text.split())
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text.replace("\n", "")):
            raise forms.ValidationError(_("Please leave out the characters that cannot be shown."))
        return text

    def prepare_value(self, value: Any) -> Any:
        # Half of a surrogate pair cannot be sent back in a page.
        return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _longest(column: str) -> int:
    return cast(int, cast(CharField, Review._meta.get_field(column)).max_length)


class ReviewForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("Your rating"),
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose from one to five stars.")},
    )
    title = Words(
        label=_("Title"),
        max_length=_longest("title"),
        error_messages={"required": _("Please give your review a title.")},
    )
    text = Words(
        several_lines=True,
        label=_("Your review"),
        max_length=MOST_LETTERS,
        min_length=FEWEST_LETTERS,
        help_text=_(
            "What should others know before they read the book? From 20 to 5,000 characters."
        ),
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={
            "required": _("Please write at least 20 characters about the book."),
            "min_length": _("Please write at least %(limit_value)d characters about the book."),
        },
    )
    shown_as = Words(
        label=_("Your name, as others see it"),
        max_length=_longest("shown_as"),
        help_text=_("A first name or initials will do. Your email address is never shown."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": _("Please say which name to put beside your review.")},
    )

    def clean_shown_as(self) -> str:
        name: str = self.cleaned_data["shown_as"]
        if "@" in name:
            raise forms.ValidationError(_("Please use a name here, and no email address."))
        return name

    @property
    def said(self) -> Said:
        return Said(**self.cleaned_data)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what is wrong with it.")},
    )
    words = Words(
        several_lines=True,
        label=_("Anything else we should know?"),
        required=False,
        max_length=MOST_LETTERS_OF_A_REPORT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
