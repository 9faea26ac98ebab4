"""Whether a book can be had now, in words. The one place that decides it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from .models import Book
    from .volumes import Volume

FEW = 3
ADD_TO_BASKET = _("Add to basket")


class PublishingStatus(models.TextChoices):
    """What publisher and suppliers say of an edition: of ONIX code lists 64 and 65 what decides if it
    can be had."""

    ACTIVE = "active", _("active")
    POSTPONED = "postponed", _("postponed, no date yet")
    CANCELLED = "cancelled", _("cancelled")
    REPRINTING = "reprinting", _("reprinting")
    OUT_OF_STOCK = "out_of_stock", _("out of stock at the publisher")
    OUT_OF_PRINT = "out_of_print", _("out of print")
    REPLACED = "replaced", _("replaced by another edition")
    UNAVAILABLE = "unavailable", _("not available to this shop")
    RECALLED = "recalled", _("withdrawn from sale or recalled")
    UNKNOWN = "unknown", _("no recent news")


# Compared by identity, so that a memo of the words of those below costs nothing to ask.
@dataclass(frozen=True, eq=False)
class Availability:
    """What pages say of a book that is or is not to be had.

    `mark` is the sign beside the words (a class of the stylesheet), `schema` the name that
    schema.org has for it (empty: no offer at all). A book that cannot be bought has a next step;
    one that can has the words of its button, and is posted at once unless `posted_on` names a day.
    `can_queue`: more copies may come, and readers may wait for them in line. `is_to_come`: it has
    never been on sale.
    """

    words: str | Promise
    mark: str
    schema: str = ""
    can_buy: bool = False
    can_queue: bool = False
    is_to_come: bool = False
    next_step: str | Promise = ""
    button: str | Promise = ADD_TO_BASKET
    posted_on: date | None = None

    @property
    def is_posted_at_once(self) -> bool:
        return self.can_buy and self.posted_on is None


WITHDRAWN = Availability(
    _("No longer sold here"),
    "order",
    schema="Discontinued",
    next_step=_("Ask us: we will gladly look for another edition."),
)
NOT_FOR_SALE = Availability(
    _("Not for sale yet"),
    "order",
    is_to_come=True,
    next_step=_("Ask us: we will find out what it costs and when it can be here."),
)
JOIN = _("Join the waiting list: copies go to whoever asked first.")
OUT_OF_STOCK = Availability(
    _("Out of stock, waiting list open"),
    "wait",
    schema="OutOfStock",
    can_queue=True,
    next_step=JOIN,
)
CANCELLED = Availability(
    _("Cancelled by the publisher"),
    "order",
    schema="Discontinued",
    next_step=_("It will not be published. Ask us: we will gladly look for another book like it."),
)
POSTPONED = Availability(
    _("Postponed by the publisher, no date yet"),
    "order",
    can_queue=True,
    is_to_come=True,
    next_step=JOIN,
)
REPRINTING = Availability(
    _("Reprinting"),
    "wait",
    schema="OutOfStock",
    can_queue=True,
    next_step=_(
        "The publisher prints it anew. Join the waiting list: copies go to whoever asked first."
    ),
)
OUT_AT_THE_PUBLISHER = Availability(
    _("Out of stock at the publisher"),
    "wait",
    schema="OutOfStock",
    can_queue=True,
    next_step=_(
        "Nobody knows yet when it can be had again. Join the waiting list: copies go to whoever "
        "asked first."
    ),
)
OUT_OF_PRINT = Availability(
    _("Out of print"),
    "order",
    schema="Discontinued",
    next_step=_("Ask us: we will gladly look for a second-hand copy or another edition."),
)
RECALLED = Availability(
    _("Withdrawn by the publisher"),
    "order",
    schema="Discontinued",
    next_step=_("It may not be sold any more. Ask us: we will gladly look for another edition."),
)
REPLACED = Availability(
    _("Replaced by another edition"),
    "order",
    schema="Discontinued",
    next_step=_("Ask us: we will tell you which edition took its place."),
)
UNAVAILABLE = Availability(
    _("Not available to us"),
    "order",
    schema="OutOfStock",
    next_step=_("Ask us: we will find out where it can be had, and when."),
)
NO_NEWS = Availability(
    _("Out of stock, no news from the publisher"),
    "wait",
    schema="OutOfStock",
    can_queue=True,
    next_step=_(
        "Ask us, and we will ask them. Join the waiting list: copies go to whoever asked first."
    ),
)
# What nobody may sell, however many copies are here.
FORBIDDEN: dict[str, Availability] = {PublishingStatus.RECALLED: RECALLED}
# Books that nobody can order in advance, whatever day of sale they were given.
NOT_COMING: dict[str, Availability] = {
    PublishingStatus.POSTPONED: POSTPONED,
    PublishingStatus.CANCELLED: CANCELLED,
}
IN_STOCK = Availability(_("In stock"), "in", schema="InStock", can_buy=True)
# By what the publisher says, where no copies are left here.
NEVER_AGAIN: dict[str, Availability] = {
    PublishingStatus.CANCELLED: CANCELLED,
    PublishingStatus.OUT_OF_PRINT: OUT_OF_PRINT,
    PublishingStatus.REPLACED: REPLACED,
}
NOT_NOW: dict[str, Availability] = {
    PublishingStatus.POSTPONED: POSTPONED,
    PublishingStatus.REPRINTING: REPRINTING,
    PublishingStatus.OUT_OF_STOCK: OUT_AT_THE_PUBLISHER,
    PublishingStatus.UNAVAILABLE: UNAVAILABLE,
    PublishingStatus.UNKNOWN: NO_NEWS,
}


def availability(book: "Book | Volume", today: date) -> Availability:
    """How `book` can be had on `today` (a date in the shop's time zone).

    The first that holds: what forbids a sale stands before what delays it, and that before stock.
    Copies that are here outweigh whatever the publisher says, once the day of sale has come, but
    for a recall.
    """
    if book.withdrawn_at:
        return WITHDRAWN
    if forbidden := FORBIDDEN.get(book.publishing_status):
        return forbidden
    if book.stock <= 0 and (never := NEVER_AGAIN.get(book.publishing_status)):
        return never
    if book.price is None:
        return NOT_FOR_SALE
    if book.on_sale_on and book.on_sale_on > today:
        return NOT_COMING.get(book.publishing_status) or _to_come(book.on_sale_on, book.stock)
    if book.stock <= 0:
        return NOT_NOW.get(book.publishing_status) or _to_wait_for(book.queue_length)
    if book.stock <= FEW:
        return _last_copies(book.stock)
    return IN_STOCK


def _to_come(day: date, copies: int) -> Availability:
    date_text = {"date": formats.date_format(day, "DATE_FORMAT")}
    # Copies that are here already may be sold, but not handed over before the day.
    if copies > 0:
        return Availability(
            _("Pre-order, on sale %(date)s") % date_text,
            "pre",
            schema="PreOrder",
            can_buy=True,
            is_to_come=True,
            button=_("Pre-order"),
            posted_on=day,
        )
    return Availability(
        _("On sale from %(date)s") % date_text,
        "pre",
        schema="PreOrder",
        can_queue=True,
        is_to_come=True,
        next_step=JOIN,
    )


def _to_wait_for(people: int) -> Availability:
    if not people:
        return OUT_OF_STOCK
    words = ngettext("Waiting list, one person", "Waiting list, %(people)d people", people)
    return replace(OUT_OF_STOCK, words=words % {"people": people})


def _last_copies(copies: int) -> Availability:
    words = ngettext("Last copy in stock", "Last %(copies)d in stock", copies)
    return Availability(
        words % {"copies": copies}, "few", schema="LimitedAvailability", can_buy=True
    )


def can_be_sold(book: "Book", today: date) -> bool:
    """Whether a copy of it could be sold on `today`, if there was one here."""
    is_to_come = book.on_sale_on is not None and book.on_sale_on > today
    is_held_up = is_to_come and book.publishing_status in NOT_COMING
    is_forbidden = book.publishing_status in FORBIDDEN
    return not (book.withdrawn_at or book.price is None or is_held_up or is_forbidden)
