"""What staff fill in about the catalogue, in pages of their own."""

from django import forms
from django.utils.translation import gettext_lazy as _

REASON = 300


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        help_text=_(
            "It is kept in the history of the book. Readers whose places end get it by mail, and it "
            "stands on the public page of the waiting list then. Please name nobody."
        ),
    )
    end_places = forms.BooleanField(
        label=_("End the places of those who wait"),
        required=False,
        initial=True,
        help_text=_(
            "Untick it for a book that will be back soon: everybody keeps their number. An ended "
            "place cannot be given back."
        ),
    )


class PutBackForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        required=False,
        help_text=_("If there is one, it is kept in the history of the book."),
    )
