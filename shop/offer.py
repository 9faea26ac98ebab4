"""What the payment page offers: the basket on the terms of now, in words and sums."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from accounts import postal
from catalog.money import format_money

from .cart import Basket, Shopper
from .delivery import days_words
from .drafts import Draft
from .models import Cart, DeliveryMethod, Voucher
from .pricing import Quote
from .terms import NoSuchDelivery, Terms, terms_for, with_voucher
from .vouchers import CannotUseVoucher


@dataclass(frozen=True)
class Offer:
    """`refused` says why the basket's voucher does not count, if it does not; `days` when it comes,
    where all of it comes at once.
    """

    basket: Basket
    draft: Draft
    terms: Terms
    refused: str = ""
    days: str = ""

    @cached_property
    def quote(self) -> Quote:
        return self.terms.quote(self.basket.buyable)

    @property
    def seen(self) -> str:
        return self.terms.seen(self.quote, self.draft)

    @property
    def method(self) -> DeliveryMethod:
        return self.terms.method

    @property
    def voucher(self) -> Voucher | None:
        return self.terms.voucher

    @property
    def address_lines(self) -> list[str]:
        return postal.lines(self.draft.address)

    @property
    def bill_lines(self) -> list[str]:
        return postal.lines(self.draft.billing) if self.draft.billing else []

    @property
    def items_text(self) -> str:
        return format_money(self.quote.items_total)

    @property
    def discount_text(self) -> str:
        return format_money(-self.quote.discount_total) if self.quote.discount_total else ""

    @property
    def delivery_text(self) -> str:
        return format_money(self.quote.delivery_total) if self.quote.delivery_total else _("Free")

    @property
    def total_text(self) -> str:
        return format_money(self.quote.total)

    @property
    def is_free(self) -> bool:
        return not self.quote.total


def offer_for(shopper: Shopper, basket: Basket, draft: Draft, *, now: datetime) -> Offer | None:
    """The offer of now, or None if the way of delivery that was chosen is no longer offered."""
    try:
        terms = terms_for(country=draft.country, delivery_id=draft.delivery_id, now=now)
    except NoSuchDelivery:
        return None
    days = days_words(terms.method, now) if basket.is_posted_at_once else ""
    offer = Offer(basket, draft, terms, days=days)
    voucher = Voucher.objects.filter(carts__in=Cart.objects.of(shopper)).first()
    if voucher is None:
        return offer
    try:
        terms = with_voucher(
            terms, voucher, basket.buyable, user=shopper.user, email=draft.email, now=now
        )
    except CannotUseVoucher as refusal:
        return replace(offer, refused=str(refusal))
    return replace(offer, terms=terms)
