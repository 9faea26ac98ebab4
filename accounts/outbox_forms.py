import uuid

from django import forms


class SendAgainForm(forms.Form):
    """Only a button; the key lets one that was pressed twice send one mail."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
