"""Whether a book can be had now, in words. The one place that decides it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from .models import Book

FEW = 3


@dataclass(frozen=True)
class Availability:
    """What the page says, the mark beside it (a class of the stylesheet) and whether one may buy."""

    words: str | Promise
    mark: str
    can_buy: bool = False


NOT_FOR_SALE = Availability(_("Not for sale"), "order")
OUT_OF_STOCK = Availability(_("Out of stock, more are not yet promised"), "wait")


def availability(book: "Book", today: date) -> Availability:
    """How `book` can be had on `today` (a date in the shop's time zone)."""
    if book.withdrawn_at or book.price is None:
        return NOT_FOR_SALE
    if book.on_sale_on and book.on_sale_on > today:
        words = _("On sale from %(date)s") % {"date": formats.date_format(book.on_sale_on, "j F Y")}
        return Availability(words, "pre")
    if book.stock <= 0:
        return OUT_OF_STOCK
    if book.stock <= FEW:
        words = ngettext("Last copy in stock", "Last %(copies)d in stock", book.stock)
        return Availability(words % {"copies": book.stock}, "few", can_buy=True)
    return Availability(_("In stock"), "in", can_buy=True)
