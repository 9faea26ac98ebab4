"""On which terms an order would be placed: delivery, tax and voucher, and what it comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from bookstore.postgresql import prepared

from . import vouchers
from .drafts import Draft
from .models import CartItem, DeliveryMethod, Voucher
from .pricing import Quote, quote
from .tax import TaxTable, tax_table

if TYPE_CHECKING:
    from accounts.models import User


class NoSuchDelivery(Exception):
    def __init__(self) -> None:
        super().__init__(_("That way of delivery is no longer offered. Please choose another."))


@dataclass(frozen=True)
class Terms:
    """All that prices depend on besides the books. Books are named by their keys."""

    method: DeliveryMethod
    taxes: TaxTable
    voucher: Voucher | None = None
    cheaper: Collection[int] = ()

    def quote(self, lines: Sequence[CartItem]) -> Quote:
        """What these lines cost. Asks nothing of the database."""
        counting = [line for line in lines if line.book_id in self.cheaper]
        return quote(
            lines,
            taxes=self.taxes,
            method=self.method,
            voucher=self.voucher,
            discountable=counting,
        )

    def seen(self, priced: Quote, draft: Draft) -> str:
        """A digest of all that a shopper agrees to: who and where, lines, when they come, prices."""
        facts = [
            f"{line.line.book.pk}:{line.quantity}:{line.unit_price}:{line.discount}"
            f":{line.line.book.availability.posted_on}"
            for line in priced.lines
        ]
        facts += [str(self.method.pk), str(priced.delivery_total), str(priced.total), repr(draft)]
        return hashlib.sha256("|".join(facts).encode()).hexdigest()[:32]


def terms_for(*, country: str, delivery_id: int, now: datetime) -> Terms:
    """Delivery and tax for somebody in `country`. Raises NoSuchDelivery."""
    today = timezone.localdate(now)
    # The steps of its price are read if that has steps.
    method = prepared.row_of(DeliveryMethod, delivery_id)
    if method is None or not method.is_offered_to(country, today):
        raise NoSuchDelivery
    return Terms(method, tax_table(method.destination(country), today))


def with_voucher(
    terms: Terms,
    voucher: Voucher,
    lines: Sequence[CartItem],
    *,
    user: User | None,
    email: str,
    now: datetime,
) -> Terms:
    """The same terms with a voucher. Raises CannotUseVoucher."""
    counting = vouchers.check(voucher, lines, user=user, email=email, now=now)
    return Terms(terms.method, terms.taxes, voucher, {line.book_id for line in counting})
