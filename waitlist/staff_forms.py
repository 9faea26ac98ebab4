"""What staff fill in about waiting lists, in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_(
            "Everybody can read it on the public page of this waiting list, and the reader gets it "
            "by mail. Please name nobody."
        ),
    )
