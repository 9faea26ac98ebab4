"""What staff fill in about an order, in the admin."""

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.money import format_money

from .models import OrderItem, OrderNote, Refund
from .services.fulfilling import BY_A_WORD
from .services.refunds import Left

REASONS = (Refund.Reason.RETURNED, Refund.Reason.WITHDRAWN, Refund.Reason.GOODWILL)


class MoveForm(forms.Form):
    """Where an order goes by a word of staff. Whether it can from where it is, the shop answers."""

    to = forms.ChoiceField(
        label=_("Next"), choices=[(state.value, words) for state, words in BY_A_WORD.items()]
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note for staff"),
        max_length=OrderNote._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The shopper does not see it, but gets it with a copy of all their data."),
    )


class PostForm(forms.Form):
    tracking = forms.CharField(
        label=_("Tracking number or link"),
        max_length=300,
        required=False,
        help_text=_("An address that begins with https:// becomes a link in the order."),
    )

    def __init__(self, *args: Any, is_collected: bool, **kwargs: Any) -> None:
        """What is collected has no parcel to follow."""
        super().__init__(*args, **kwargs)
        if is_collected:
            del self.fields["tracking"]


class DeclineForm(forms.Form):
    words = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Whoever asked for the refund reads it here. The shopper does not."),
    )


class RefundForm(forms.Form):
    """Copies of each line that has any left to refund, and what goes with them."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[(reason.value, reason.label) for reason in REASONS]
    )
    restock = forms.BooleanField(
        label=_("The copies go on sale again"),
        required=False,
        help_text=_(
            "With a tick, they come back into stock: first they are offered to those who wait for "
            "the book, and what is left goes on sale. Without one, stock stays as it is."
        ),
    )
    note = forms.CharField(
        label=_("Note for the shopper"),
        max_length=300,
        required=False,
        help_text=_("It stands in their mail and on the page of the order."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self, items: Iterable[OrderItem], left: Left, *args: Any, can_restock: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items = [item for item in items if left.copies[item.pk]]
        lines = {_name(item): _copies_field(item, left.copies[item.pk]) for item in self.items}
        sums = {
            "delivery": _sum_field(_("Delivery"), left.delivery),
            "goodwill": _sum_field(_("A further sum"), left.money),
        }
        self.fields = {**lines, **sums, **self.fields}
        if not can_restock:
            del self.fields["restock"]

    @property
    def asked(self) -> dict[str, Any]:
        """What services.refund_requests.ask() is told of a valid form."""
        data = self.cleaned_data
        return {
            "quantities": {item.pk: data[_name(item)] or 0 for item in self.items},
            "delivery": data["delivery"] or Decimal(0),
            "goodwill": data["goodwill"] or Decimal(0),
            "reason": Refund.Reason(data["reason"]),
            "restock": data.get("restock", False),
            "words": data["note"],
            "key": data["key"],
        }


def _name(item: OrderItem) -> str:
    return f"copies_{item.pk}"


def _copies_field(item: OrderItem, left: int) -> forms.IntegerField:
    """Of a line read by OrderItemQuerySet.with_people_waiting()."""
    facts = {"left": left, "all": item.quantity, "total": item.total_text}
    help_text = _("Copies: %(left)d of %(all)d can be refunded. The line was %(total)s.") % facts
    if people := getattr(item, "people_waiting", 0):
        text = ngettext(
            "%(people)d person waits for this book.",
            "%(people)d people wait for this book.",
            people,
        )
        help_text = f"{help_text} {text % {'people': people}}"
    return forms.IntegerField(
        label=item.title,
        min_value=0,
        max_value=left,
        initial=0,
        required=False,
        help_text=help_text,
    )


def _sum_field(label: Any, left: Decimal) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=left,
        decimal_places=2,
        initial=0,
        required=False,
        help_text=_("%(left)s at the most.") % {"left": format_money(left)},
    )
