"""The steps of places on waiting lists, as rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from .models import PreBooking, PreBookingEvent


def note(
    place: PreBooking,
    kind: PreBookingEvent.Kind,
    *,
    now: datetime,
    who: str = "",
    reason: str = "",
) -> PreBookingEvent:
    """Write down a step. `who` is one of the staff; shoppers and the shop itself are not named."""
    [(_place, event)] = note_all([place], kind, now=now, who=who, reason=reason)
    return event


def note_all(
    places: Sequence[PreBooking],
    kind: PreBookingEvent.Kind,
    *,
    now: datetime,
    who: str = "",
    reason: str = "",
) -> Iterator[tuple[PreBooking, PreBookingEvent]]:
    """Write down the same step of many places; each with its row."""
    events = PreBookingEvent.objects.bulk_create(
        PreBookingEvent(
            pre_booking=place,
            book_id=place.book_id,
            kind=kind,
            arrival_id=place.arrival_id,
            who=who,
            reason=reason,
            at=now,
        )
        for place in places
    )
    return zip(places, events, strict=True)
