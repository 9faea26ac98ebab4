"""What staff may do against the order of a list: with a reason, which its public page shows.

Nobody can be moved on a list.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import Book, StockMovement

from . import emails, holds
from .history import note
from .models import PreBooking, PreBookingEvent
from .offers import NotHeld, wait_again
from .places import CannotQueue, IsBeingOrdered, cancel, locked


class ReasonIsMissing(CannotQueue):
    def __init__(self) -> None:
        super().__init__(_("Please say why: the reason is shown on the page of the list."))


@transaction.atomic
def take_back(*, key: uuid.UUID, reason: str, who: str, now: datetime) -> PreBooking:
    """A held copy cannot be sold after all: it leaves the stock, and its place is next in line.

    Raises ReasonIsMissing, NoSuchPlace, NotHeld or IsBeingOrdered.
    """
    reason = _checked(reason)
    place, book = locked(key)
    if place.is_being_ordered:
        raise IsBeingOrdered(place)
    if not place.is_offered:
        raise NotHeld(place)
    event = note(place, PreBookingEvent.Kind.TAKEN_BACK, now=now, who=who, reason=reason)
    wait_again(place)
    holds.release(book, now)
    stock.record(
        {book.pk: -1},
        reason=StockMovement.Reason.CORRECTION,
        who=who,
        note=reason,
        at=now,
    )
    emails.write_taken_back(place, event, now)
    return place


@transaction.atomic
def end_place(*, key: uuid.UUID, reason: str, who: str, now: datetime) -> PreBooking:
    """End somebody's place; a copy that was held for it goes to the next in line.

    Raises ReasonIsMissing, NoSuchPlace, PlaceHasEnded or IsBeingOrdered.
    """
    kind = PreBookingEvent.Kind.ENDED_BY_STAFF
    place, event = cancel(key, kind, now=now, who=who, reason=_checked(reason))
    emails.write_ended(place, event, now)
    return place


def end_places(book: Book, *, reason: str, who: str, now: datetime) -> None:
    """End all places on the list of a locked book, as `end_place` does; for one that is withdrawn.

    Those whose copy is in an order that waits for its payment stay. Raises ReasonIsMissing.
    """
    reason = _checked(reason)
    kind = PreBookingEvent.Kind.ENDED_BY_STAFF
    places = PreBooking.objects.living().filter(book=book, order_number="")
    for key in places.order_by("pk").values_list("key", flat=True):
        place, event = cancel(key, kind, now=now, who=who, reason=reason)
        emails.write_ended(place, event, now)


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonIsMissing
    return reason
