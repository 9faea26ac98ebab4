"""Whether a voucher may be used, by whom and for which books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import IntegerField, Q
from django.db.models.functions import Cast
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Book, Genre
from catalog.money import format_money

from .goods import Line
from .models import Order, Voucher
from .voucher_codes import LONGEST_CODE

if TYPE_CHECKING:
    from accounts.models import User


class CannotUseVoucher(Exception):
    """Base of every refusal here; str() is for the shopper."""


class UnknownVoucher(CannotUseVoucher):
    """Not there or switched off: nobody learns which."""

    def __init__(self, code: str) -> None:
        super().__init__(_("We do not know the voucher “%(code)s”.") % {"code": code})


class VoucherNotYet(CannotUseVoucher):
    def __init__(self, voucher: Voucher, begins: datetime) -> None:
        text = _("The voucher “%(code)s” can be used from %(day)s on.")
        super().__init__(text % {"code": voucher.code, "day": _day(begins)})


class VoucherOver(CannotUseVoucher):
    def __init__(self, voucher: Voucher, ended: datetime) -> None:
        text = _("The voucher “%(code)s” could be used until %(day)s.")
        # One that ends at midnight was valid on the day before.
        last = _day(ended - timedelta(microseconds=1))
        super().__init__(text % {"code": voucher.code, "day": last})


class NothingCounts(CannotUseVoucher):
    def __init__(self, voucher: Voucher) -> None:
        text = _("The voucher “%(code)s” does not count for any book in your basket.")
        super().__init__(text % {"code": voucher.code})


class SumTooSmall(CannotUseVoucher):
    def __init__(self, voucher: Voucher, least: Decimal, total: Decimal) -> None:
        text = _(
            "The voucher “%(code)s” is for orders of %(least)s or more. "
            "The books that it counts for come to %(total)s."
        )
        names = {"least": format_money(least), "total": format_money(total)}
        super().__init__(text % {"code": voucher.code, **names})


class VoucherUsedUp(CannotUseVoucher):
    def __init__(self, voucher: Voucher) -> None:
        text = _("The voucher “%(code)s” has been used as often as it can be.")
        super().__init__(text % {"code": voucher.code})


class VoucherUsedByYou(CannotUseVoucher):
    def __init__(self, voucher: Voucher, times: int) -> None:
        text = ngettext(
            "You have used the voucher “%(code)s” already.",
            "You have used the voucher “%(code)s” %(times)d times already, as often as you can.",
            times,
        )
        super().__init__(text % {"code": voucher.code, "times": times})


def find(text: str) -> Voucher:
    """The voucher that a shopper names. Raises UnknownVoucher."""
    voucher = Voucher.objects.with_code(text)
    if voucher is None or not voucher.is_active:
        raise UnknownVoucher(text.strip()[:LONGEST_CODE])
    return voucher


def check[L: Line](
    voucher: Voucher, lines: Sequence[L], *, user: User | None, email: str, now: datetime
) -> list[L]:
    """The lines that a voucher makes cheaper for this shopper now, or a CannotUseVoucher.

    Uses are counted for good only while the voucher is locked (Voucher.objects.locked); otherwise
    the answer may be out of date by the time the order is placed. Before a guest has named an
    e-mail it is "", and only the uses in all are counted.
    """
    check_time(voucher, now)
    check_uses(voucher, user=user, email=email)
    return lines_that_count(voucher, lines)


def check_uses(voucher: Voucher, *, user: User | None, email: str) -> None:
    """Raises VoucherUsedUp or VoucherUsedByYou."""
    each = voucher.most_uses_each
    if each is not None and uses_by(voucher, user=user, email=email) >= each:
        raise VoucherUsedByYou(voucher, each)
    if voucher.most_uses is not None and uses(voucher) >= voucher.most_uses:
        raise VoucherUsedUp(voucher)


def uses(voucher: Voucher) -> int:
    return Order.objects.uses_of(voucher).count()


def uses_by(voucher: Voucher, *, user: User | None, email: str) -> int:
    """Uses by an account or by an e-mail, whichever of the two is known."""
    theirs = Q(user=user) if user else Q()
    if email:
        theirs |= Q(email__iexact=email)
    return Order.objects.uses_of(voucher).filter(theirs).count() if theirs else 0


def check_time(voucher: Voucher, now: datetime) -> None:
    """Raises UnknownVoucher, VoucherNotYet or VoucherOver."""
    if not voucher.is_active:
        raise UnknownVoucher(voucher.code)
    if voucher.valid_from is not None and now < voucher.valid_from:
        raise VoucherNotYet(voucher, voucher.valid_from)
    if voucher.valid_until is not None and now >= voucher.valid_until:
        raise VoucherOver(voucher, voucher.valid_until)


def lines_that_count[L: Line](voucher: Voucher, lines: Sequence[L]) -> list[L]:
    """The lines that a voucher makes cheaper. Raises NothingCounts or SumTooSmall."""
    counting = discountable(voucher, lines)
    if not counting:
        raise NothingCounts(voucher)
    total = sum((line.quantity * (line.book.price or Decimal(0)) for line in counting), Decimal(0))
    if voucher.least_sum is not None and total < voucher.least_sum:
        raise SumTooSmall(voucher, voucher.least_sum, total)
    return counting


def discountable[L: Line](voucher: Voucher, lines: Sequence[L]) -> list[L]:
    """The lines whose books are not left out, in one query."""
    # The tags of a book hold its genres and all above them.
    genres = Genre.objects.filter(vouchers_without=voucher)
    left_out = Q(vouchers_without=voucher) | Q(
        tags__overlap=genres.values_list(Cast("pk", IntegerField()))
    )
    books = Book.objects.filter(left_out, pk__in=[line.book.pk for line in lines])
    ids = set(books.values_list("pk", flat=True))
    return [line for line in lines if line.book.pk not in ids]


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
