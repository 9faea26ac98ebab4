from django import forms
from django.utils.translation import gettext_lazy as _


class NoticesForm(forms.Form):
    """Which news of their wishlists somebody wants by mail."""

    wants_price_falls = forms.BooleanField(label=_("When a price falls"), required=False)
    wants_restock = forms.BooleanField(label=_("When a book can be bought again"), required=False)
