"""The delivery page: one form to the shopper, three to us, since a country decides what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.forms import PostalAddressForm

from .cart import Basket
from .delivery import days_words
from .drafts import Draft
from .forms import DeliveryForm
from .models import DeliveryMethod
from .pricing import quote
from .tax import TaxTable

if TYPE_CHECKING:
    from accounts.models import User

BILL = "bill"
ON_TO_PAYMENT = "payment"


class Problem(NamedTuple):
    """An error of the page: the field, where it stands, and what is wrong."""

    label: str
    anchor: str
    words: str


class DeliveryStep:
    """What was typed, or what is known of the shopper, and what they may choose from.

    `sent` is the filled-in form, or None for a first look. Unless its `then` is ON_TO_PAYMENT it is
    only to be shown again, for the country that it names.
    """

    def __init__(
        self, sent: Mapping[str, Any] | None, *, known: Mapping[str, Any], now: datetime
    ) -> None:
        self._now = now
        if sent is not None and sent.get("then") != ON_TO_PAYMENT:
            self.form = DeliveryForm(initial=dict(sent.items()))
            self.address = PostalAddressForm.retyped(sent)
            self.bill = PostalAddressForm.retyped(sent, prefix=BILL)
            return
        self.form = DeliveryForm(sent, initial=dict(known))
        self.bill = PostalAddressForm(sent, initial=known.get(BILL), prefix=BILL)
        if sent is not None and not self.is_billed_elsewhere:
            # Nobody asked for it: it is kept as it was typed, and not complained of.
            self.bill = PostalAddressForm.retyped(sent, prefix=BILL)
        self.address = PostalAddressForm(sent, initial=known)
        if self.is_collected:
            self.address = PostalAddressForm(sent, initial=known, required=False)

    @cached_property
    def methods(self) -> list[DeliveryMethod]:
        """The ways of delivery to the country of the form, with the steps of their prices."""
        country = self.address.rules.country or settings.SHOP["country"]
        return DeliveryMethod.objects.offered_to(country, timezone.localdate(self._now))

    @cached_property
    def chosen(self) -> DeliveryMethod | None:
        """The way that was chosen; the first one where nothing was."""
        wanted = str(self.form["delivery_id"].value() or "")
        if not wanted and not self.form.is_bound:
            return next(iter(self.methods), None)
        return next((method for method in self.methods if str(method.pk) == wanted), None)

    @property
    def is_collected(self) -> bool:
        return self.chosen is not None and self.chosen.is_collected

    @property
    def is_billed_elsewhere(self) -> bool:
        return bool(self.form["bill_elsewhere"].value())

    def choices(self, basket: Basket) -> list[dict[str, Any]]:
        """The ways of delivery as the page shows them, with what each comes to for this basket."""
        pk = str(self.chosen.pk) if self.chosen else ""
        goods = quote(basket.buyable, taxes=TaxTable()).goods
        # Days are counted from today, which is not when a book to come is posted.
        is_known = basket.is_posted_at_once
        return [
            method.as_choice(goods, chosen=pk)
            | {"days": days_words(method, self._now) if is_known else ""}
            for method in self.methods
        ]

    def is_valid(self) -> bool:
        """Whether an order can be made of it. Asks all forms, so that one page says all there is."""
        if not all([form.is_valid() for form in self._forms]):  # noqa: C419, none may be left out
            return False
        if self.chosen is None:
            self.form.add_error("delivery_id", _("Please choose another way: not this one there."))
        if not self.address.cleaned_data["name"]:
            self.address.add_error("name", self.address.rules.missing("name"))
        return not self.problems

    @property
    def problems(self) -> list[Problem]:
        return list(self._problems())

    @property
    def draft(self) -> Draft:
        """What a valid form says."""
        cleaned = self.form.cleaned_data
        return Draft(
            email=cleaned["email"],
            address=self.address.cleaned_data,
            delivery_id=cleaned["delivery_id"],
            billing=self.bill.cleaned_data if self.is_billed_elsewhere else None,
            keep=cleaned["keep"],
        )

    @property
    def _forms(self) -> list[DeliveryForm | PostalAddressForm]:
        bill = [self.bill] if self.is_billed_elsewhere else []
        return [self.form, self.address, *bill]

    def _problems(self) -> Iterator[Problem]:
        for form in self._forms:
            for name, errors in form.errors.items():
                anchor = "delivery" if name == "delivery_id" else form[name].id_for_label
                for words in errors:
                    yield Problem(str(form[name].label), anchor, str(words))


def known_of(user: User | None, draft: Draft | None, saved_id: int | None) -> dict[str, Any]:
    """What the page can fill in by itself: the draft, else a member's chosen or first address."""
    known: dict[str, Any] = {}
    if draft is not None:
        bill = {"bill_elsewhere": draft.billing is not None, BILL: draft.billing}
        own = {"email": draft.email, "delivery_id": draft.delivery_id, "keep": draft.keep}
        known = {**draft.address, **own, **bill}
    elif user is not None:
        known = {"email": user.email, "name": user.name}
    return known | _saved_address(user, saved_id, is_new=draft is None)


def _saved_address(user: User | None, saved_id: int | None, *, is_new: bool) -> dict[str, str]:
    """The address that a member chose; their first one where nothing was said before."""
    if user is None or not (saved_id or is_new):
        return {}
    choice = user.addresses.for_choice()
    address = choice.filter(pk=saved_id).first() if saved_id else choice.first()
    return address.postal_fields if address else {}
