"""A delivery is unpacked: what is scanned counts up, whoever scans, and survives whatever happens.

All of it happens under the lock of the delivery, which comes before those of its books.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import adding
from catalog.identifiers import SEPARATORS, read_ean
from catalog.models import Book
from shop.models import GoodsIn, GoodsInLine, GoodsInScan

MOST_COPIES = 100_000


class CannotReceive(Exception):
    """Base of every refusal about a delivery; str() is for staff, and nothing was changed."""


class NoEan(CannotReceive):
    """What was scanned or typed is no number of a book."""


class IsClosed(CannotReceive):
    def __init__(self) -> None:
        super().__init__(_("This delivery is closed: nothing can be added to it any more."))


class HasChanged(CannotReceive):
    """Somebody else changed what one was about to change."""


def begin(*, reference: str, who: str, now: datetime) -> GoodsIn:
    """A new delivery, with nothing in it yet. `reference` is what its delivery note says."""
    return GoodsIn.objects.create(reference=reference, who=who, started_at=now)


@transaction.atomic
def scan(*, delivery_id: int, number: str, key: UUID, now: datetime) -> GoodsInLine | None:
    """Count one copy more of the book with this number. Returns its line.

    Each key counts a book once, however often its form comes. A number that the catalogue does not
    know counts as an unknown book. Raises NoEan or IsClosed.
    """
    ean = _ean_in(number)
    delivery = lock(delivery_id)
    _scan, is_new = GoodsInScan.objects.get_or_create(
        key=key, ean=ean, defaults={"delivery": delivery}
    )
    lines = GoodsInLine.objects.filter(delivery=delivery, ean=ean)
    if not is_new:
        return lines.order_by("-pk").first()
    book = Book.objects.numbered(ean)
    line = lines.filter(posted_at=None).first() or GoodsInLine(delivery=delivery, ean=ean, copies=0)
    line.book, line.copies, line.scanned_at = book, line.copies + 1, now
    line.is_set_aside = line.is_set_aside and book is None
    line.save()
    return line


@transaction.atomic
def correct(*, delivery_id: int, line_id: int, copies: int, seen: int, now: datetime) -> None:
    """So many copies are in the line, where there were `seen`; with none it is removed.

    Raises HasChanged if there are others than were seen, so that no scan is lost, and IsClosed.
    """
    line = _line(lock(delivery_id), line_id)
    if line.copies != seen:
        words = _("Somebody counted here at the same time: there are %(copies)d now.")
        raise HasChanged(words % {"copies": line.copies})
    if not copies:
        line.delete()
        return
    line.copies, line.scanned_at = copies, now
    line.save(update_fields=["copies", "scanned_at"])


@transaction.atomic
def add_book(
    *,
    delivery_id: int,
    line_id: int,
    title: str,
    byline: str,
    price: Decimal | None,
    who: str,
    now: datetime,
) -> GoodsInLine:
    """Take the unknown book of a line into the catalogue. Raises HasChanged or IsClosed."""
    line = _line(lock(delivery_id), line_id)
    line.book = adding.add_book(
        ean=line.ean, title=title, byline=byline, price=price, who=who, now=now
    )
    line.is_set_aside = False
    line.save(update_fields=["book", "is_set_aside"])
    return line


@transaction.atomic
def set_aside(*, delivery_id: int, line_id: int, aside: bool, now: datetime) -> None:
    """An unknown book lies aside, and is not looked for; or it does no longer.

    A delivery that was posted is closed with its last unknown book. Raises HasChanged or IsClosed.
    """
    delivery = lock(delivery_id)
    line = _line(delivery, line_id)
    if line.book_id is not None:
        raise HasChanged(_("This book is in the catalogue now."))
    line.is_set_aside = aside
    line.save(update_fields=["is_set_aside"])
    close_if_done(delivery, now)


@transaction.atomic
def discard(*, delivery_id: int) -> None:
    """Delete a delivery that was begun by mistake. Raises HasChanged if anything was counted in it."""
    delivery = lock(delivery_id)
    if delivery.lines.exists():
        raise HasChanged(_("Something was counted in this delivery. Remove it first."))
    delivery.delete()


def lock(delivery_id: int) -> GoodsIn:
    """The delivery, kept as it is until the transaction ends. Raises IsClosed."""
    deliveries = GoodsIn.objects.select_for_update(of=("self",), no_key=True)
    delivery = deliveries.filter(pk=delivery_id).first()
    if delivery is None or delivery.is_closed:
        raise IsClosed
    return delivery


def close_if_done(delivery: GoodsIn, now: datetime) -> None:
    """Close a locked delivery of which something was posted, once nothing is left to be done."""
    if delivery.posted_at is None:
        return
    if not delivery.lines.filter(posted_at=None, is_set_aside=False).exists():
        delivery.closed_at = now
        delivery.save(update_fields=["closed_at"])
        delivery.scans.all().delete()


@transaction.atomic
def match(*, delivery_id: int) -> None:
    """Unknown books of a delivery that have come into the catalogue meanwhile are known from now on.

    Raises IsClosed.
    """
    delivery = lock(delivery_id)
    numbers = delivery.lines.filter(book=None).values("ean")
    for ean, book_id in Book.objects.filter(ean__in=numbers).values_list("ean", "pk"):
        delivery.lines.filter(ean=ean, book=None).update(book=book_id, is_set_aside=False)


def _line(delivery: GoodsIn, line_id: int) -> GoodsInLine:
    line = delivery.lines.filter(pk=line_id, posted_at=None).first()
    if line is None:
        raise HasChanged(_("This line was removed, or is in stock by now."))
    return line


def _ean_in(number: str) -> str:
    if ean := read_ean(number):
        return ean
    told = {"number": number.strip()[:40]}
    if SEPARATORS.sub("", number).isdecimal():
        words = _("%(number)s is no EAN or ISBN: a digit is wrong or missing. Scan it again.")
    else:
        words = _("“%(number)s” is no EAN or ISBN. Nothing was counted.")
    raise NoEan(words % told)
