"""Whether a voucher may be used, by whom and for which books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import IntegerField, Q
from django.db.models.functions import Cast
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from catalog.models import Book, Genre
from catalog.money import format_money

from .goods import Line
from .models import Voucher
from .voucher_codes import LONGEST_CODE


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


def find(text: str) -> Voucher:
    """The voucher that a shopper names. Raises UnknownVoucher."""
    voucher = Voucher.objects.with_code(text)
    if voucher is None or not voucher.is_active:
        raise UnknownVoucher(text.strip()[:LONGEST_CODE])
    return voucher


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
    return formats.date_format(timezone.localtime(moment), "j F Y")
