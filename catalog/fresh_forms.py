"""Forms of staff that stay open for long: what others changed meanwhile is not taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

CHANGED_MEANWHILE = _(
    "Somebody else has changed this meanwhile. Please open the page again and look at it first."
)


class FreshForm(forms.ModelForm):
    """Carries with each field what it was drawn with.

    A field that nobody touched keeps what is stored now. One that was changed here and elsewhere is
    refused, unless both made the same of it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        start = self.add_initial_prefix("")
        carries = not self.is_bound or any(key.startswith(start) for key in self.data)
        for field in self.fields.values():
            if self.instance.pk and carries and not isinstance(field, forms.FileField):
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name, field in self.fields.items():
            if self.is_bound and field.show_hidden_initial and name in self.cleaned_data:
                self._keep_or_refuse(name, field)
        return cleaned

    def _keep_or_refuse(self, name: str, field: forms.Field) -> None:
        stored = self.get_initial_for_field(field, name)
        drawn = field.hidden_widget().value_from_datadict(
            self.data, self.files, self.add_initial_prefix(name)
        )
        if not field.has_changed(stored, drawn):
            return
        if name not in self.changed_data:
            # What is not cleaned is not written to the row either.
            del self.cleaned_data[name]
        elif field.has_changed(stored, self[name].data):
            self.add_error(name, CHANGED_MEANWHILE)
