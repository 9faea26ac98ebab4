"""What staff write into the ledger of stock, in the admin."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import stock
from catalog.models import Book, StockMovement
from waitlist.holds import split_of

from .services.by_hand import MOST_AT_ONCE, Question


class MovementForm(forms.ModelForm):
    """What staff may add to the ledger: what arrived, and what a count found.

    Copies of a book that people wait for come in at the second press, once staff have seen how
    they are shared out: until then there is a `question`, and the form is not valid.
    """

    quantity = forms.IntegerField(
        label=_("Copies"),
        min_value=-MOST_AT_ONCE,
        max_value=MOST_AT_ONCE,
        help_text=_("Less than zero takes copies away."),
    )
    question: Question | None = None

    class Meta:
        model = StockMovement
        fields = ("book", "quantity", "reason", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = StockMovement.Reason
        # A movement that is only looked at has no fields.
        if choices := cast(forms.ChoiceField | None, self.fields.get("reason")):
            choices.choices = [
                (reason.value, reason.label)
                for reason in (reasons.DELIVERY, *StockMovement.BY_HAND)
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        book, quantity = cleaned.get("book"), cleaned.get("quantity")
        if cleaned.get("reason") in StockMovement.BY_HAND and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say why, in a few words."))
        if quantity == 0:
            self.add_error("quantity", _("Nothing would change."))
        elif book is not None and quantity is not None:
            # What is said here stays true until the movement is written: the admin does it all in
            # one transaction.
            self._look(stock.lock([book.pk])[book.pk], quantity)
        return cleaned

    def _look(self, book: Book, quantity: int) -> None:
        if book.stock + quantity < 0:
            left = {"left": book.stock}
            self.add_error("quantity", _("There are only %(left)d copies to take away.") % left)
        elif quantity > 0 and not self.errors:
            split = split_of(book, quantity, now=timezone.now())
            question = Question(book, quantity, split, seen=self.data.get("seen", ""))
            if question.needs_an_answer:
                self.question = question
                self.add_error(None, _("Please look at how the copies are shared out."))
