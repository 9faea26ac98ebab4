"""What staff fill in about reviews, in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import MOST_LETTERS_OF_A_REPORT, Reason

CHOOSE = ("", _("Choose a reason"))


def _words_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MOST_LETTERS_OF_A_REPORT,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RemoveForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=[CHOOSE, *Reason.choices])
    words = _words_field(
        _("Words to the writer"),
        _("They go into the email below the reason. “Something else” needs some."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == Reason.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Please say in words what the reason is."))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What moderation.remove() is told of a valid form."""
        return {
            "reason": Reason(self.cleaned_data["reason"]),
            "words": self.cleaned_data["words"],
        }


class KeepForm(forms.Form):
    words = _words_field(_("Note"), _("For colleagues alone. Nobody is written to."))


class RestoreForm(forms.Form):
    words = _words_field(_("Words to the writer"), _("They go into the email."))
