"""What staff fill in about waiting lists, in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import ExpectedDelivery

MOST_AT_ONCE = 1_000_000


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_(
            "Everybody can read it on the public page of this waiting list, and the reader gets it "
            "by mail. Please name nobody."
        ),
    )


class ExpectedDeliveryForm(forms.ModelForm):
    copies = forms.IntegerField(
        label=_("Copies still to come"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        # What is changed is told by what staff saw: copies that came meanwhile do not come back.
        show_hidden_initial=True,
        error_messages={
            "min_value": _("A delivery brings one copy at least. Delete it if none will come.")
        },
        help_text=_("Copies that arrive are taken off, from the earliest delivery first."),
    )

    class Meta:
        model = ExpectedDelivery
        fields: Any = ("book", "copies", "due_on", "is_confirmed")
