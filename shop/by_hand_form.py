"""What staff fill in to set the stock of a book by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Book, StockMovement

from .services.by_hand import MOST_AT_ONCE, AskFirst, CannotSet, Wanted

Reason = StockMovement.Reason
OTHER = (Reason.CORRECTION.value, _("Another reason"))
REASONS = [
    *((reason.value, reason.label) for reason in StockMovement.BY_HAND if reason.value != OTHER[0]),
    OTHER,
]


class StockForm(forms.Form):
    """So many copies, or so many more or less, and why. It knows which stock staff were shown."""

    copies = forms.IntegerField(
        label=_("Copies there are now"),
        min_value=0,
        max_value=MOST_AT_ONCE,
        required=False,
        help_text=_("As you counted them, without those that lie aside for people."),
    )
    change = forms.IntegerField(
        label=_("Or change by"),
        min_value=-MOST_AT_ONCE,
        max_value=MOST_AT_ONCE,
        required=False,
        help_text=_("Less than zero takes copies away."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose one")), *REASONS])
    why = forms.CharField(
        label=_("What happened"),
        max_length=300,
        help_text=_("In a few words, for whoever reads the ledger later."),
    )
    stock_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    split_seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def __init__(self, book: Book, data: Any = None) -> None:
        super().__init__(data, initial={"stock_seen": book.stock})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        said = [name for name in ("copies", "change") if cleaned.get(name) is not None]
        if not self.errors.keys() & {"copies", "change"} and len(said) != 1:
            words = _("Say either how many copies there are, or by how many to change them.")
            self.add_error("copies", words)
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What services.by_hand.set_stock() is told of a valid form."""
        data = self.cleaned_data
        seen = -1 if data["stock_seen"] is None else data["stock_seen"]
        return Wanted(data["copies"], data["change"], seen, data["split_seen"])

    def refuse(self, refusal: CannotSet, stock: int) -> None:
        """Say why it was not done. Sent again, it says that this stock and this split were seen."""
        self.add_error(None, str(refusal))
        split = refusal.question.token if isinstance(refusal, AskFirst) else ""
        shown = {"stock_seen": str(stock), "split_seen": split}
        self.data = {**dict(self.data.items()), **shown}
